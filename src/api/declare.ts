/** Makes a kind from its row in the imported tables and the rules written by hand. */

import assert from "node:assert/strict";
import type { ResourceTable } from "../machinery/schema/table.ts";
import type { Kind, KindRules, KubeObject } from "./kind.ts";
import { completed } from "./meta/status-rules.ts";
import { schema } from "./schemas.ts";
import { resources } from "./tables/resources.ts";

const rows = new Map(resources.map((row) => [rowKey(row.group, row.version, row.resource), row]));

function rowKey(group: string, version: string, resource: string): string {
  return `${group}/${version}/${resource}`;
}

/** @param apiVersion `apps/v1`, `v1` @param resource `deployments`; both must be served by the release that the tables are of */
export function kind<T extends KubeObject>(apiVersion: string, resource: string, rules: KindRules<T> = {}): Kind<T> {
  const [version = "", group = ""] = apiVersion.split("/").toReversed();
  const row = rows.get(rowKey(group, version, resource));
  assert(row, `The tables have no resource ${resource} in ${apiVersion}`);
  return kindOf(row, rules);
}

/** @returns the kind of a row of the tables, its rules completed by what the row alone says */
export function kindOf<T extends KubeObject>(table: ResourceTable, rules: KindRules<T> = {}): Kind<T> {
  const { group, version, resource, namespaced } = table;
  const struct = schema(table.struct);
  return {
    group,
    version,
    apiVersion: group ? `${group}/${version}` : version,
    name: table.kind,
    resource,
    namespaced,
    table,
    schema: struct,
    rules: completed(table, rules, struct),
  };
}

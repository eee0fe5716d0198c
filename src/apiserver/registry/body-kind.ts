/** The kind of what a subresource takes and gives, where that isn't the object itself: Scale, Binding, Eviction, TokenRequest. */

import assert from "node:assert/strict";
import type { Column, Kind, KubeObject } from "../../api/kind.ts";
import { ageColumn, column, nameColumn } from "../../api/meta/columns.ts";
import { schema } from "../../api/schemas.ts";

interface Scale extends KubeObject {
  spec?: { replicas?: number };
  status?: { replicas?: number };
}

const SCALE_COLUMNS: readonly Column<Scale>[] = [
  { ...nameColumn, format: "" },
  column("Desired", "integer", "How many there shall be.", ({ spec }: Scale) => spec?.replicas ?? 0),
  column("Available", "integer", "How many there are.", ({ status }: Scale) => status?.replicas ?? 0),
  ageColumn,
];

const made = new WeakMap<Kind, Map<string, Kind>>();

/** @param kind the kind at the path, whose table has a row for the subresource */
export function bodyKind(kind: Kind, subresource: string): Kind {
  const known = made.get(kind) ?? new Map<string, Kind>();
  made.set(kind, known);
  let body = known.get(subresource);
  if (!body) {
    const row = kind.table.subresources.find(({ name }) => name === subresource);
    assert.ok(row, `${kind.resource} has no ${subresource}`);
    const { group = kind.group, version = kind.version, kind: name, struct = kind.table.struct } = row;
    const table = {
      group,
      version,
      kind: name,
      resource: kind.resource,
      singular: "",
      namespaced: kind.namespaced,
      verbs: row.verbs,
      struct,
      subresources: [],
    };
    const apiVersion = group ? `${group}/${version}` : version;
    body = {
      group,
      version,
      apiVersion,
      name,
      resource: kind.resource,
      namespaced: kind.namespaced,
      table,
      schema: schema(struct),
      rules: { virtual: true, ...(name === "Scale" && { columns: SCALE_COLUMNS }) },
    };
    known.set(subresource, body);
  }
  return body;
}

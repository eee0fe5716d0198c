/** The kind of what a subresource takes and gives, where that isn't the object itself: Scale, Binding, Eviction, TokenRequest. */

import assert from "node:assert/strict";
import type { Kind } from "../../api/kind.ts";
import { schema } from "../../api/schemas.ts";

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
    body = { group, version, apiVersion, name, resource: kind.resource, namespaced: kind.namespaced, table, schema: schema(struct), rules: { virtual: true } };
    known.set(subresource, body);
  }
  return body;
}

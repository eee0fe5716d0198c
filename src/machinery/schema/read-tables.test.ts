import assert from "node:assert/strict";
import { test } from "node:test";
import { readTables } from "./read-tables.ts";

test("a table's lines become structs and fields", () => {
  const text = `
Door atomic
  TypeMeta meta.v1.TypeMeta 0 inline
  locks []a.v1.Lock 3 omit=empty pointer required listType=map listMapKeys=name,side patchStrategy=merge patchMergeKey=name
  mode string 4 default="Open" featureGate=A,B deprecated enum=Open|Half open
Lock
`;
  assert.deepEqual(readTables("a.v1", "x.a.v1", text), [
    {
      id: "a.v1.Door",
      openapi: "x.a.v1.Door",
      atomic: true,
      fields: [
        { name: "TypeMeta", type: "meta.v1.TypeMeta", tag: 0, inline: true },
        {
          name: "locks",
          type: "[]a.v1.Lock",
          tag: 3,
          omit: "empty",
          pointer: true,
          required: true,
          listType: "map",
          listMapKeys: ["name", "side"],
          patchStrategy: "merge",
          patchMergeKey: "name",
        },
        { name: "mode", type: "string", tag: 4, default: "Open", featureGate: "A,B", deprecated: true, enum: ["Open", "Half open"] },
      ],
    },
    { id: "a.v1.Lock", openapi: "x.a.v1.Lock", fields: [] },
  ]);
});

test("a fact that nobody knows is a bug, not a field without it", () => {
  assert.throws(() => readTables("a.v1", "x.a.v1", "Door\n  name string 1 omitempty"), /Unknown fact omitempty/);
  assert.throws(() => readTables("a.v1", "x.a.v1", "Door\n  name string"), /needs a name, a type and a tag/);
});

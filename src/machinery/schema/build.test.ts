import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaOf } from "./build.ts";
import { readTables } from "./read-tables.ts";

const schema = schemaOf(
  readTables(
    "t.v1",
    "io.t.v1",
    `
Volume
  name string 1
  VolumeSource t.v1.VolumeSource 2 inline
VolumeSource
  hostPath t.v1.HostPath 1 omit=empty pointer
HostPath
  path string 1
Tree
  TypeMeta t.v1.TypeMeta 0 inline
  children []t.v1.Tree 2 omit=empty
  byName map[]t.v1.Tree 1 omit=empty
TypeMeta
  kind string 1 omit=empty
`,
  ),
);

test("an inline struct's fields stand in the object, and its message stays one field", () => {
  const volume = schema("t.v1.Volume");
  assert.deepEqual(
    volume.fields.map((field) => [field.name, field.within]),
    [
      ["name", undefined],
      ["hostPath", "VolumeSource"],
    ],
  );
  assert.deepEqual(
    volume.messageFields.map((field) => [field.tag, field.name, field.schema.type]),
    [
      [1, "name", "scalar"],
      [2, undefined, "struct"],
    ],
  );
});

test("a recursive struct refers to itself, and message fields come by tag", () => {
  const tree = schema("t.v1.Tree");
  const children = tree.byName.get("children")?.schema;
  assert(children?.type === "list");
  assert.equal(children.items, tree);
  assert.deepEqual(
    tree.messageFields.map((field) => field.name),
    ["byName", "children"],
  );
});

test("an unknown struct is named", () => {
  assert.throws(() => schema("t.v1.Nothing"), /No table has a struct "t\.v1\.Nothing"/);
});

/** JSON paths as columns have them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { findAll } from "./find.ts";
import { PathError, parsePath } from "./parse.ts";

const data = {
  spec: {
    color: "red",
    ports: [
      { name: "a", port: 1 },
      { name: "b", port: 2 },
    ],
    "a.b": 5,
  },
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Other", status: "False" },
    ],
  },
};
const find = (path: string): unknown[] => findAll(parsePath(path), data);

test("members, items, slices, filters, everything", () => {
  assert.deepEqual(find(".spec.color"), ["red"]);
  assert.deepEqual(find('.status.conditions[?(@.type=="Ready")].status'), ["True"]);
  assert.deepEqual(find(".status.conditions[?(@.type=='Other')].status"), ["False"]);
  assert.deepEqual(find(".spec.ports[*].name"), ["a", "b"]);
  assert.deepEqual(find(".spec.ports[-1].name"), ["b"]);
  assert.deepEqual(find(".spec.ports[0:1].name"), ["a"]);
  assert.deepEqual(find(".spec.ports[?(@.port>1)].name"), ["b"]);
  assert.deepEqual(find(".spec.ports[?(@.nope)].name"), []);
  assert.deepEqual(find(".spec['color','a\\.b']"), ["red", 5]);
  assert.deepEqual(find(".spec.a\\.b"), [5]);
  assert.deepEqual(find(".spec..name"), ["a", "b"]);
  assert.deepEqual(find(".spec.nothing.here"), []);
  assert.deepEqual(find(".constructor"), []);
});

test("what can't be read is refused, and what looks at too much ends", () => {
  for (const path of [".a[", ".a[b]", ".a[?(@.x]", "....", "a"]) assert.throws(() => parsePath(path), PathError, path);
  assert.throws(() => find(".spec.ports[7]"), PathError);
  const wide = Array(2000).fill(Array(2000).fill(1));
  assert.throws(() => findAll(parsePath("[*][*].a"), wide), PathError);
});

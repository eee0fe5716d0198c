/** Merge patch: the table of RFC 7386's appendix, and keys that JavaScript would take for more. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { mergePatch } from "./merge-patch.ts";

const RFC_7386: readonly [object, object, object][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

test("mergePatch() does what RFC 7386 shows", () => {
  for (const [object, patch, expected] of RFC_7386) assert.deepEqual(mergePatch({ ...object }, patch), expected, JSON.stringify(patch));
});

test("mergePatch() shares what it doesn't touch and changes no input", () => {
  const object = { metadata: { labels: { a: "1" } }, spec: { deep: [1] } };
  const patch = { metadata: { labels: { b: "2" } } };
  const result = mergePatch(object, patch);
  assert.equal(result.spec, object.spec);
  assert.deepEqual([object, patch], [{ metadata: { labels: { a: "1" } }, spec: { deep: [1] } }, { metadata: { labels: { b: "2" } } }]);
});

test("mergePatch() takes `__proto__` and `constructor` as keys", () => {
  const result = mergePatch({}, JSON.parse('{"__proto__":{"polluted":1},"constructor":{"x":1}}'));
  assert.deepEqual(Object.keys(result), ["__proto__", "constructor"]);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test("mergePatch() refuses a document that is not an object", () => {
  for (const patch of [null, [1], 1, "x", true])
    assert.throws(
      () => mergePatch({}, patch),
      (error: { status: { code: number } }) => error.status.code === 400,
    );
});

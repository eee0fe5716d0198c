import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { DecodeError } from "./decode-error.ts";
import { parseDocument, parseJson } from "./document.ts";
import { duplicateFields } from "./exact.ts";

test("objects have no prototype, the last of repeated members counts, integers are exact", () => {
  const value = parseJson('{"__proto__": {"a": 1}, "b": 18014398509481985, "c": 18446744073709551616, "d": [-0, 1.5], "a": 1, "a": 2}');
  assert(value !== null && typeof value === "object" && !Array.isArray(value));
  assert.equal(Object.getPrototypeOf(value), null);
  assert.deepEqual(Object.entries(value), [
    ["__proto__", Object.assign(Object.create(null), { a: 1 })],
    ["b", 18014398509481985n],
    ["c", 2 ** 64],
    ["d", [0, 1.5]],
    ["a", 2],
  ]);
});

test("repeated members are found at any depth", () => {
  assert.deepEqual(duplicateFields(parseDocument('{"a": [{"b": 1, "b": 2, "b": 3}], "c": 1, "a": 0}')), ['duplicate field "a[0].b"', 'duplicate field "a"']);
});

test("a number beyond the doubles is refused", () => {
  assert.throws(() => parseJson("[1e999]"), new DecodeError("json: cannot unmarshal number 1e999 into Go value of type float64"));
});

test("hostile documents end in an error soon", () => {
  for (const text of ["[".repeat(3_000_000), '{"a":'.repeat(600_000), `[${"0,".repeat(1_500_000)}`, `"${"\\u0041".repeat(500_000)}`, "1".repeat(3_000_000)]) {
    const took = cpuMs(() => {
      try {
        parseJson(text);
      } catch (error) {
        assert(error instanceof DecodeError);
      }
    });
    assert(took < 500, `${text.slice(0, 10)}: ${took} ms`); // Ten times what it takes, as caches are cold on a busy machine.
  }
});

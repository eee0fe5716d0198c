import assert from "node:assert/strict";
import { test } from "node:test";
import { create, update } from "../../../test/support/kind-write.ts";

const map = (more: object) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", namespace: "t" }, ...more });

test("keys are file names, each in one of the two maps", () => {
  assert.deepEqual(create(map({ data: { a: "b", "..": "x" }, binaryData: { a: "Zm9v" } })).errors, [
    'FieldValueInvalid data[a]: Invalid value: "a": duplicate of key present in binaryData',
    "FieldValueInvalid data[..]: Invalid value: \"..\": must not be '..'",
  ]);
});

test("a megabyte is the most", () => {
  assert.deepEqual(create(map({ data: { a: "x".repeat(2 ** 20) } })).errors, []);
  assert.deepEqual(create(map({ data: { a: "x".repeat(2 ** 20) }, binaryData: { b: "Zg==" } })).errors, [
    "FieldValueTooLong : Too long: may not be more than 1048576 bytes",
  ]);
});

test("what is immutable stays so", () => {
  const before = map({ immutable: true, data: { a: "b" } });
  assert.deepEqual(update(before, map({ data: { a: "c" } })).errors, [
    "FieldValueForbidden immutable: Forbidden: field is immutable when `immutable` is set",
    "FieldValueForbidden data: Forbidden: field is immutable when `immutable` is set",
  ]);
  assert.deepEqual(update(before, map({ immutable: true, data: { a: "b" } })).errors, []);
});

/** The validator against the sentences and fields that kube-apiserver v1.37.2 gave for the same schemas and values. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Correlated } from "./correlated.ts";
import type { SchemaProps } from "./schema-props.ts";
import { structuralOf } from "./structural.ts";
import { schemaErrors } from "./validate.ts";

/** `TYPE field: message` of each error. */
function found(props: SchemaProps, value: unknown): string[] {
  return schemaErrors({ type: "object", properties: { spec: props } }, { spec: value }).map(({ type, field, message }) => `${type} ${field}: ${message}`);
}

test("values of the wrong type, length, range and form are told with their place", () => {
  assert.deepEqual(found({ type: "string" }, 5), ['FieldValueTypeInvalid spec: Invalid value: "integer": spec in body must be of type string: "integer"']);
  assert.deepEqual(found({ type: "integer", format: "int32" }, 3_000_000_000), [
    'FieldValueInvalid <nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec',
  ]);
  assert.deepEqual(found({ type: "string", maxLength: 2 }, "äöü"), ["FieldValueTooLong spec: Too long: may not be more than 2 bytes"]);
  assert.deepEqual(found({ type: "string", pattern: "^a" }, "b"), [`FieldValueInvalid spec: Invalid value: "b": spec in body should match '^a'`]);
  assert.deepEqual(found({ type: "string", enum: ["a", "b"] }, "c"), ['FieldValueNotSupported spec: Unsupported value: "c": supported values: "a", "b"']);
  assert.deepEqual(found({ type: "array", maxItems: 1, items: { type: "string", format: "uuid" } }, ["x", "y"]), [
    'FieldValueTypeInvalid spec[0]: Invalid value: "x": spec[0] in body must be of type uuid: "x"',
    'FieldValueTypeInvalid spec[1]: Invalid value: "y": spec[1] in body must be of type uuid: "y"',
    "FieldValueTooMany spec: Too many: 2: must have at most 1 items",
  ]);
  assert.deepEqual(found({ type: "object", required: ["a"], additionalProperties: { type: "integer", minimum: 1 } }, { b: 0 }), [
    "FieldValueInvalid spec.b: Invalid value: 0: spec.b in body should be greater than or equal to 1",
    "FieldValueRequired spec.a: Required value",
  ]);
});

test("nulls are values only where they may be", () => {
  assert.deepEqual(found({ type: "string", nullable: true }, null), []);
  assert.deepEqual(found({ type: "string" }, null), ['FieldValueTypeInvalid spec: Invalid value: "null": spec in body must be of type string: "null"']);
  assert.equal(found({ type: "string", nullable: true, enum: [null, "a"] }, null).length, 1);
});

test("of several schemas the closest one explains itself", () => {
  const props: SchemaProps = { type: "object", oneOf: [{ required: ["a"] }, { required: ["b"], properties: { b: { minLength: 2 } } }] };
  assert.deepEqual(found(props, { b: "x" }), [
    'FieldValueInvalid <nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid',
    'FieldValueInvalid spec.b: Invalid value: "x": spec.b in body should be at least 2 chars long',
  ]);
  assert.deepEqual(found(props, { a: 1, b: "xy" }), [
    'FieldValueInvalid <nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  ]);
  assert.deepEqual(found({ type: "string", not: { enum: ["x"] } }, "x"), [
    'FieldValueInvalid <nil>: Invalid value: "": "spec" must not validate the schema (not)',
  ]);
});

test("an update may leave what was let through before", () => {
  const item: SchemaProps = { type: "object", required: ["k"], properties: { k: { type: "string" }, v: { type: "string", pattern: "^z" } } };
  const props: SchemaProps = {
    type: "object",
    properties: { l: { type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], items: item } },
  };
  const check = (next: object, last: object): number => schemaErrors(props, next, { correlated: new Correlated(next, last, structuralOf(props)) }).length;
  const last = {
    l: [
      { k: "1", v: "x" },
      { k: "2", v: "z" },
    ],
  };
  assert.equal(check({ l: [{ k: "1", v: "x" }] }, last), 0);
  assert.equal(
    check(
      {
        l: [
          { k: "2", v: "z" },
          { k: "1", v: "x" },
        ],
      },
      last,
    ),
    0,
  );
  assert.equal(check({ l: [{ k: "1", v: "y" }] }, last), 1);
});

test("no schema makes the server work for ever on one object", () => {
  let props: SchemaProps = { type: "string", minLength: 5 };
  for (let i = 0; i < 30; i++) props = { anyOf: [props, props] };
  const began = performance.now();
  const errors = schemaErrors({ type: "array", items: props }, Array(1000).fill("x"));
  assert.match(errors[0]!.message, /steps to validate/);
  assert.ok(performance.now() - began < 10_000);
});

test("whatever the value, the validator answers", () => {
  const leaf = fc.constantFrom<SchemaProps>(
    { type: "string", format: "date" },
    { type: "integer", multipleOf: 2 },
    { type: "boolean" },
    { "x-kubernetes-int-or-string": true },
  );
  const schema = fc.letrec<{ any: SchemaProps }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.record({ type: fc.constant("array"), items: tie("any") }),
      fc.record({ type: fc.constant("object"), properties: fc.dictionary(fc.string(), tie("any")), required: fc.array(fc.string(), { maxLength: 2 }) }),
      fc.record({ anyOf: fc.array(tie("any"), { minLength: 1, maxLength: 3 }) }),
    ),
  })).any;
  fc.assert(
    fc.property(schema, fc.jsonValue(), (props, value) => {
      const errors = schemaErrors(props, value);
      return errors.every(({ field, message }) => typeof field === "string" && message !== "");
    }),
    { numRuns: 300 },
  );
});

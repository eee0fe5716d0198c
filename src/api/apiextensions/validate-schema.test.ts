/** What a definition's schemas may say. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { STRICT } from "./leniency.ts";
import { ROOT, schemaErrors } from "./validate-schema.ts";

const fieldsOf = (properties: Record<string, SchemaProps>) =>
  schemaErrors("s", { type: "object", properties }, ROOT, STRICT).map(
    ({ type, field }) => `${type.replace("FieldValue", "")} ${field.replace("s.properties", "")}`,
  );

test("of JSON schema only a part is known", () => {
  assert.deepEqual(fieldsOf({ a: { type: "string" }, b: { type: "object", additionalProperties: { type: "integer" } } }), []);
  assert.deepEqual(fieldsOf({ a: { type: "any" } }), ["NotSupported [a].type"]);
  assert.deepEqual(fieldsOf({ a: { $ref: "#/b" }, b: { type: "array", uniqueItems: true }, c: { id: "x" } }), [
    "Forbidden [a].$ref",
    "Forbidden [b].uniqueItems",
    "Forbidden [c].id",
  ]);
  assert.deepEqual(fieldsOf({ a: { type: "object", properties: { b: {} }, additionalProperties: {} } }), ["Forbidden [a].additionalProperties"]);
});

test("a map of a list has keys that its items always have", () => {
  const list = (item: SchemaProps, ...keys: string[]): SchemaProps => ({
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": keys,
    items: item,
  });
  const item: SchemaProps = { type: "object", required: ["a"], properties: { a: { type: "string" }, b: { type: "string" }, c: { type: "array" } } };
  assert.deepEqual(fieldsOf({ l: list(item, "a") }), []);
  assert.deepEqual(fieldsOf({ l: list(item) }), ["Required [l].x-kubernetes-list-map-keys"]);
  assert.deepEqual(fieldsOf({ l: list(item, "a", "a") }), ["Invalid [l].x-kubernetes-list-map-keys"]);
  assert.deepEqual(fieldsOf({ l: list(item, "b") }), ["Required [l].items.properties[b].default"]);
  assert.deepEqual(fieldsOf({ l: list(item, "z") }), ["Invalid [l].x-kubernetes-list-map-keys"]);
  assert.deepEqual(fieldsOf({ l: list({ ...item, nullable: true }, "a") }), ["Forbidden [l].items.nullable"]);
  assert.deepEqual(fieldsOf({ l: list({ type: "string" }, "a") }), ["Invalid [l].items.type"]);
});

test("a set has atomic items, and list types are of lists", () => {
  assert.deepEqual(fieldsOf({ l: { type: "array", "x-kubernetes-list-type": "set", items: { type: "object" } } }), ["Invalid [l].items.x-kubernetes-map-type"]);
  assert.deepEqual(fieldsOf({ l: { type: "string", "x-kubernetes-list-type": "atomic" } }), ["Invalid [l].type"]);
  assert.deepEqual(fieldsOf({ l: { type: "array", "x-kubernetes-list-type": "bag" } }), ["NotSupported [l].x-kubernetes-list-type"]);
  assert.deepEqual(fieldsOf({ m: { type: "object", "x-kubernetes-map-type": "bag" } }), ["NotSupported [m].x-kubernetes-map-type"]);
});

test("metadata have no defaults", () => {
  assert.deepEqual(fieldsOf({ metadata: { type: "object", properties: { name: { type: "string", default: "a" } } } }), [
    "Forbidden [metadata].properties[name].default",
  ]);
});

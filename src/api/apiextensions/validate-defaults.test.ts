/** Defaults are what their schema says. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { structuralOf } from "../../machinery/structural/structural.ts";
import { defaultErrors } from "./validate-defaults.ts";

const found = (a: SchemaProps) =>
  defaultErrors("s", structuralOf({ type: "object", properties: { a } })).map(({ field, message }) => `${field.replace("s.properties[a]", "")} ${message}`);

test("a default has the type of its schema, known fields and kept rules", () => {
  const object: SchemaProps = { type: "object", properties: { b: { type: "integer" } } };
  assert.deepEqual(found({ type: "integer", default: 3, maximum: 5 }), []);
  assert.deepEqual(found({ ...object, default: { b: 1 } }), []);
  assert.match(found({ type: "integer", default: "3" }).join(), /^\.default .*must be of type integer/);
  assert.match(found({ ...object, default: { c: 1 } }).join(), /^\.default .*must not have unknown fields$/);
  assert.match(found({ type: "integer", default: 7, maximum: 5 }).join(), /should be less than or equal to 5/);
  assert.match(found({ type: "integer", default: 7, "x-kubernetes-validations": [{ rule: "self < 5" }] }).join(), /failed rule: self < 5/);
});

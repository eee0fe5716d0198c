/** A version's schema as a whole. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { STRICT } from "./leniency.ts";
import { rootSchemaErrors } from "./validate-root-schema.ts";

const found = (props: SchemaProps, facts = { hasStatus: false, unchanged: false }) => rootSchemaErrors("s", props, facts, STRICT).map(({ field }) => field);
const broken: SchemaProps = { type: "object", "x-kubernetes-validations": [{ rule: "self.b" }] };

test("it is structural, and null is no object", () => {
  assert.deepEqual(found({ type: "object", properties: { spec: { type: "string" } } }), []);
  assert.deepEqual(found({ type: "object", nullable: true }), ["s.openAPIV3Schema.nullable"]);
  assert.deepEqual(found({ type: "object", properties: { spec: {} } }), ["s.openAPIV3Schema.properties[spec].type"]);
});

test("its rules are compiled, unless they were there before", () => {
  assert.deepEqual(found(broken), ["s.openAPIV3Schema.x-kubernetes-validations[0].rule"]);
  assert.deepEqual(found(broken, { hasStatus: false, unchanged: true }), []);
});

test("with a status that is written by itself, the root says little", () => {
  const hasStatus = { hasStatus: true, unchanged: false };
  assert.deepEqual(found({ type: "object", required: ["spec"], description: "It." }, hasStatus), []);
  assert.deepEqual(found({ type: "object", maxProperties: 3 }, hasStatus), ["s.openAPIV3Schema"]);
});

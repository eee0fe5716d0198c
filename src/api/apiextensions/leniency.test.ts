/** What an update may keep. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinition } from "../tables/apiextensions-v1.ts";
import { leniencyOf } from "./leniency.ts";

const withSchema = (openAPIV3Schema: object | undefined): CustomResourceDefinition => ({
  metadata: {},
  spec: {
    group: "example.com",
    scope: "Cluster",
    names: { plural: "as", kind: "A" },
    versions: [{ name: "v1", served: true, storage: true, ...(openAPIV3Schema && { schema: { openAPIV3Schema } }) }],
  },
});

test("what was let through before is let through again", () => {
  const lenient = (schema: object | undefined) =>
    Object.entries(leniencyOf(withSchema(schema)))
      .filter(([name, value]) => value === true && name !== "anyAuthority")
      .map(([name]) => name);
  assert.deepEqual(lenient({ type: "object" }), []);
  assert.deepEqual(lenient(undefined), ["withoutSchema"]);
  assert.deepEqual(lenient({ type: "object", properties: { a: {} } }), ["notStructural"]);
  assert.deepEqual(lenient({ type: "object", properties: { a: { type: "any" } } }), ["anyType"]);
  assert.deepEqual(lenient({ type: "object", properties: { a: { type: "array", "x-kubernetes-list-type": "set", items: { type: "object" } } } }), [
    "anySetItems",
  ]);
});

test("a schema is unchanged where a version of that name had it", () => {
  const { unchanged } = leniencyOf(withSchema({ type: "object", maxProperties: 3 }));
  assert.deepEqual(
    [unchanged?.("v1", { type: "object", maxProperties: 3 }), unchanged?.("v2", { type: "object", maxProperties: 3 }), unchanged?.("v1", { type: "object" })],
    [true, false, false],
  );
});

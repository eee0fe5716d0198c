/** What all versions say alike stands once. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinitionSpec } from "../tables/apiextensions-v1.ts";
import { partsOf } from "./internal.ts";

const spec = (...schemas: object[]): CustomResourceDefinitionSpec => ({
  group: "example.com",
  scope: "Cluster",
  names: { plural: "as", kind: "A" },
  versions: schemas.map((openAPIV3Schema, i) => ({ name: `v${i}`, served: true, storage: i === 0, schema: { openAPIV3Schema } })),
});

test("errors name the place of all versions, or of each", () => {
  const places = (one: CustomResourceDefinitionSpec) => partsOf(one).schemas.map(({ at }) => at);
  assert.deepEqual(places(spec({ type: "object" }, { type: "object" })), ["spec.validation"]);
  assert.deepEqual(places(spec({ type: "object" }, { type: "array" })), ["spec.versions[0].schema", "spec.versions[1].schema"]);
  assert.deepEqual(places(spec()), []);
  assert.deepEqual(
    partsOf(spec({ type: "object" }, { type: "array" })).columns.map(({ at }) => at),
    ["spec.additionalPrinterColumns"],
  );
});

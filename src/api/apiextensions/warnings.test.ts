/** What is let through with a word. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinitionSpec } from "../tables/apiextensions-v1.ts";
import { definitionWarnings } from "./warnings.ts";

function spec(property: object): CustomResourceDefinitionSpec {
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties: { a: property } } } }];
  return { group: "example.com", scope: "Cluster", names: { plural: "as", kind: "A" }, versions };
}

test("formats that nobody knows and sets of compound items are told of, once", () => {
  const format = spec({ type: "string", format: "colour" });
  assert.deepEqual(definitionWarnings(format, undefined), ['unrecognized format "colour"']);
  assert.deepEqual(definitionWarnings(format, format), []);
  assert.deepEqual(definitionWarnings(spec({ type: "string", format: "date-time" }), undefined), []);
  const set = spec({ type: "array", "x-kubernetes-list-type": "set", items: { type: "object" } });
  assert.match(definitionWarnings(set, undefined).join(), /^x-kubernetes-list-type: set for items of type "object" is not supported/);
});

/** Which definitions are validated in another thread. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinitionSpec } from "../tables/apiextensions-v1.ts";
import { takesLong } from "./length.ts";

function spec(count: number, property: object): CustomResourceDefinitionSpec {
  const properties = Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, { type: "string", ...property }]));
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties } } }];
  return { group: "example.com", scope: "Cluster", names: { plural: "as", kind: "A" }, versions };
}

test("many schemas, many rules or long ones take long", () => {
  const rule = (text: string) => ({ "x-kubernetes-validations": [{ rule: text }] });
  assert.deepEqual([takesLong(spec(1000, {})), takesLong(spec(2000, {}))], [false, true]);
  assert.deepEqual([takesLong(spec(40, rule("self != ''"))), takesLong(spec(80, rule("self != ''")))], [false, true]);
  assert.deepEqual([takesLong(spec(1, rule("a".repeat(10_000)))), takesLong(spec(1, rule("a".repeat(20_000))))], [false, true]);
  assert.equal(takesLong({ ...spec(1, {}), versions: [] }), false);
});

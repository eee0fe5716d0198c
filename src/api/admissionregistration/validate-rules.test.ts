/** Which writes a rule is about. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { namedRuleErrors, ruleErrors } from "./validate-rules.ts";

const rule = { operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] };
const fieldsOf = (change: object) => ruleErrors("r", { ...rule, ...change }).map(({ type, field }) => `${type.replace("FieldValue", "")} ${field}`);

test("each of its lists has something, and a wildcard stands alone", () => {
  assert.deepEqual(fieldsOf({}), []);
  for (const list of ["operations", "apiGroups", "apiVersions", "resources"]) assert.deepEqual(fieldsOf({ [list]: [] }), [`Required r.${list}`]);
  assert.deepEqual(fieldsOf({ operations: ["*", "CREATE"] }), ["Invalid r.operations"]);
  assert.deepEqual(fieldsOf({ operations: ["PATCH"] }), ["NotSupported r.operations[0]"]);
  assert.deepEqual(fieldsOf({ apiVersions: [""] }), ["Required r.apiVersions[0]"]);
  assert.deepEqual(fieldsOf({ scope: "World" }), ["NotSupported r.scope"]);
});

test("what a wildcard includes isn't said again", () => {
  assert.deepEqual(fieldsOf({ resources: ["pods", "*/status", "pods/log"] }), []);
  assert.deepEqual(fieldsOf({ resources: ["*/status", "pods/status"] }), ["Invalid r.resources[1]"]);
});

test("names of objects are steps of a path, each once", () => {
  const named = (...resourceNames: string[]) => namedRuleErrors("r", { ...rule, resourceNames }).map(({ field }) => field);
  assert.deepEqual([named("a", "system:b"), named("a", "a"), named("a/b")], [[], ["r.resourceNames[1]"], ["r.resourceNames[0]"]]);
});

/** What policies and webhooks say in expressions. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicyExpressions } from "./expressions.ts";
import { auditErrors, conditionErrors, mutationErrors, paramKindErrors, validationErrors, variableErrors } from "./validate-expressions.ts";

const fields = (errors: readonly { readonly field: string }[]) => errors.map(({ field }) => field);
const expressions = () => new PolicyExpressions(true);

test("a condition has a name of its own and gives true or false", () => {
  const of = (...conditions: { name: string; expression: string }[]) => fields(conditionErrors("c", conditions));
  assert.deepEqual(of({ name: "a", expression: "request.name == 'x'" }), []);
  assert.deepEqual(of({ name: "", expression: "" }), ["c[0].expression", "c[0].name"]);
  assert.deepEqual(of({ name: "a", expression: "1" }, { name: "a", expression: "params.x" }), ["c[0].expression", "c[1].expression", "c[1].name"]);
  assert.deepEqual(of(...Array.from({ length: 65 }, (_, i) => ({ name: `n${i}`, expression: "true" }))), ["c"]);
});

test("an expression may name the variables before it", () => {
  const variables = (...all: [string, string][]) =>
    fields(
      variableErrors(
        "v",
        all.map(([name, expression]) => ({ name, expression })),
        expressions(),
        false,
      ),
    );
  assert.deepEqual(variables(["a", "1"], ["b", "variables.a + 1"]), []);
  assert.deepEqual(variables(["b", "variables.a"], ["a", "1"]), ["v[0].expression"]);
  assert.deepEqual(variables(["for", "1"], ["1a", "1"], [" ", " "]), ["v[0].name", "v[1].name", "v[2].name", "v[2].expression"]);
});

test("a validation gives true or false, its message a text in one line", () => {
  const of = (validation: object) => fields(validationErrors("v", [{ expression: "true", ...validation }], expressions(), false));
  assert.deepEqual(of({ message: "no", messageExpression: "'no'", reason: "Forbidden" }), []);
  assert.deepEqual(of({ expression: "", message: " ", messageExpression: "1", reason: "Because" }), [
    "v[0].expression",
    "v[0].messageExpression",
    "v[0].message",
    "v[0].reason",
  ]);
  assert.deepEqual(of({ message: "a\nb" }), ["v[0].message"]);
  assert.deepEqual(of({ messageExpression: "authorizer.path('/').check('get').reason()" }), ["v[0].messageExpression"]);
});

test("an audit annotation has a key below the policy's name and gives a text or nothing", () => {
  const of = (name: string, ...all: [string, string][]) =>
    fields(
      auditErrors(
        "a",
        name,
        all.map(([key, valueExpression]) => ({ key, valueExpression })),
        expressions(),
        false,
      ),
    );
  assert.deepEqual(of("p", ["k", "'x'"], ["l", "null"]), []);
  assert.deepEqual(of("p", ["k", "1"], ["k", "''"]), ["a[0].valueExpression", "a[1].key"]);
  assert.deepEqual(of("", ["k", ""]), ["a[0].key", "a[0].valueExpression"]);
  assert.deepEqual(of("p", ...Array.from({ length: 21 }, (_, i): [string, string] => [`k${i}`, "''"])), ["a"]);
});

test("a mutation is a patch of the sort that it says", () => {
  const of = (...all: object[]) => fields(mutationErrors("m", all as Parameters<typeof mutationErrors>[1], expressions(), false));
  const patch = { jsonPatch: { expression: "[JSONPatch{op: 'remove', path: '/a'}]" } };
  const apply = { applyConfiguration: { expression: "Object{spec: Object.spec{}}" } };
  assert.deepEqual(of({ patchType: "JSONPatch", ...patch }, { patchType: "ApplyConfiguration", ...apply }), []);
  assert.deepEqual(of(), ["m"]);
  assert.deepEqual(of({ patchType: "" }, { patchType: "Merge" }), ["m[0].patchType", "m[1].patchType"]);
  assert.deepEqual(of({ patchType: "JSONPatch", ...apply }), ["m[0].jsonPatch", "m[0].applyConfiguration"]);
  assert.deepEqual(of({ patchType: "JSONPatch", jsonPatch: { expression: "Object{}" } }), ["m[0].jsonPatch.expression"]);
});

test("parameters are of a kind in a version", () => {
  const of = (apiVersion: string, kind: string) => fields(paramKindErrors("p", { apiVersion, kind }));
  assert.deepEqual([of("v1", "ConfigMap"), of("example.com/v1", "Limit")], [[], []]);
  assert.deepEqual(
    [of("", ""), of("a/b/c", "K"), of("example.com/", "K"), of("v1", "a b")],
    [["p.apiVersion", "p.kind"], ["p.apiVersion"], ["p.apiVersion"], ["p.kind"]],
  );
});

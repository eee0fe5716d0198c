import assert from "node:assert/strict";
import { test } from "node:test";
import { create, kindFor, NOW, update } from "../../../test/support/kind-write.ts";
import type { KubeObject } from "../kind.ts";

const quota = (spec: object) => ({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q", namespace: "t" }, spec });

test("amounts are of known resources, and whole where they count things", () => {
  assert.deepEqual(create(quota({ hard: { pods: "1500m", foo: "2", services: "-1", "count/foo.bar": "2", "requests.a.b/c": "4" } })).errors, [
    'FieldValueInvalid spec.hard[pods]: Invalid value: "1500m": must be an integer',
    'FieldValueInvalid spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
    'FieldValueInvalid spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota',
    'FieldValueInvalid spec.hard[services]: Invalid value: "-1": must be greater than or equal to 0',
  ]);
});

test("scopes that don't exist, don't fit the resource, or contradict each other", () => {
  assert.deepEqual(create(quota({ hard: { services: "1" }, scopes: ["Foo", "BestEffort", "NotBestEffort"] })).errors, [
    'FieldValueInvalid spec.scopes: Invalid value: ["Foo","BestEffort","NotBestEffort"]: unsupported scope',
    'FieldValueInvalid spec.scopes: Invalid value: ["Foo","BestEffort","NotBestEffort"]: unsupported scope applied to resource',
    'FieldValueInvalid spec.scopes: Invalid value: ["Foo","BestEffort","NotBestEffort"]: unsupported scope applied to resource',
    'FieldValueInvalid spec.scopes: Invalid value: ["Foo","BestEffort","NotBestEffort"]: conflicting scopes',
  ]);
});

test("a scope selector's operators and values", () => {
  const matchExpressions = [
    { scopeName: "BestEffort", operator: "In", values: [] },
    { scopeName: "PriorityClass", operator: "Exists", values: ["x"] },
    { scopeName: "PriorityClass", operator: "Foo" },
  ];
  const at = "spec.scopeSelector.matchExpressions";
  assert.deepEqual(create(quota({ hard: { pods: "1" }, scopeSelector: { matchExpressions } })).errors, [
    `FieldValueInvalid ${at}.operator: Invalid value: "In": must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity`,
    `FieldValueRequired ${at}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
    `FieldValueInvalid ${at}.values: Invalid value: ["x"]: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
    `FieldValueInvalid ${at}.operator: Invalid value: "Foo": not a valid selector operator`,
  ]);
});

test("scopes stay, in whatever order", () => {
  const before = quota({ hard: { pods: "1" }, scopes: ["BestEffort", "Terminating"] });
  assert.deepEqual(update(before, quota({ hard: { pods: "2" }, scopes: ["Terminating", "BestEffort"] })).errors, []);
  assert.deepEqual(update(before, quota({ hard: { pods: "1" }, scopes: ["BestEffort"] })).errors, [
    'FieldValueInvalid spec.scopes: Invalid value: ["BestEffort"]: field is immutable',
  ]);
});

test("a request above its limit gets a warning", () => {
  assert.deepEqual(create(quota({ hard: { "requests.cpu": "3", "limits.cpu": "2", memory: "2Gi", "limits.memory": "1Gi" } })).warnings, [
    "ResourceQuota requests.cpu (3) should be less than limits.cpu (2)",
    "ResourceQuota memory (2Gi) should be less than limits.memory (1Gi)",
  ]);
});

test("the columns say how much of what is used", () => {
  const hard = { pods: "5", "limits.cpu": "4", cpu: "2" };
  const object = { ...quota({}), status: { hard, used: { pods: "1" } } } as KubeObject;
  const cells = kindFor("v1", "ResourceQuota")
    .rules.columns?.slice(1, 3)
    .map((column) => column.value(object, NOW));
  assert.deepEqual(cells, ["cpu: 0/2, pods: 1/5", "limits.cpu: 0/4"]);
});

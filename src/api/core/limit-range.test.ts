import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "../../../test/support/kind-write.ts";

const range = (...limits: object[]) => create({ apiVersion: "v1", kind: "LimitRange", metadata: { name: "l", namespace: "t" }, spec: { limits } });

test("a container's defaults follow from the maximum and minimum", () => {
  const { object, errors } = range({
    type: "Container",
    max: { cpu: "2", memory: "1Gi" },
    min: { cpu: "100m", "ephemeral-storage": "1" },
    default: { cpu: "1" },
  });
  assert.deepEqual(errors, []);
  assert.partialDeepStrictEqual(object.spec, {
    limits: [{ default: { cpu: "1", memory: "1Gi" }, defaultRequest: { cpu: "1", memory: "1Gi", "ephemeral-storage": "1" } }],
  });
});

test("bounds that cross", () => {
  const { errors } = range({ type: "Container", max: { cpu: "1" }, min: { cpu: "2" }, default: { cpu: "1500m" }, defaultRequest: { cpu: "1800m" } });
  assert.deepEqual(errors, [
    'FieldValueInvalid spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    'FieldValueInvalid spec.limits[0].defaultRequest[cpu]: Invalid value: "1800m": min value 2 is greater than default request value 1800m',
    'FieldValueInvalid spec.limits[0].defaultRequest[cpu]: Invalid value: "1800m": default request value 1800m is greater than max value 1',
    'FieldValueInvalid spec.limits[0].defaultRequest[cpu]: Invalid value: "1800m": default request value 1800m is greater than default limit value 1500m',
    'FieldValueInvalid spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1500m',
    'FieldValueInvalid spec.limits[0].default[cpu]: Invalid value: "1": default value 1500m is greater than max value 1',
  ]);
});

test("pods have no defaults, claims have a bound, and each type stands once", () => {
  const { errors } = range(
    { type: "Pod", default: { cpu: "4" } },
    { type: "Pod", max: { cpu: "4" }, min: { cpu: "3" }, maxLimitRequestRatio: { cpu: "2" } },
    { type: "PersistentVolumeClaim" },
    { type: "Foo" },
  );
  assert.deepEqual(errors, [
    "FieldValueForbidden spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    'FieldValueDuplicate spec.limits[1].type: Duplicate value: "Pod"',
    'FieldValueInvalid spec.limits[1].maxLimitRequestRatio[cpu]: Invalid value: "2": ratio 2 is greater than max/min = 1.333333',
    "FieldValueRequired spec.limits[2].limits: Required value: either minimum or maximum storage value is required, but neither was provided",
    'FieldValueInvalid spec.limits[3].type: Invalid value: "Foo": must be a standard limit type or fully qualified',
  ]);
});

test("what can't be overcommitted is requested as it is limited", () => {
  assert.deepEqual(range({ type: "a/b", default: { "a/gpu": "2" }, defaultRequest: { "a/gpu": "1" } }).errors, [
    'FieldValueInvalid spec.limits[0].defaultRequest[a/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in a/gpu',
  ]);
});

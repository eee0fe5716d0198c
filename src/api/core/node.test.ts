import assert from "node:assert/strict";
import { test } from "node:test";
import { create, kindFor, NOW, update } from "../../../test/support/kind-write.ts";
import type { KubeObject } from "../kind.ts";

const node = (spec: object, status: object = {}, labels: object = {}) => ({ apiVersion: "v1", kind: "Node", metadata: { name: "n", labels }, spec, status });

test("the range and the list of ranges say the same, and all of the capacity can be used", () => {
  const { object, errors } = create(node({ podCIDR: "10.1.0.0/24" }, { capacity: { cpu: "4", memory: "1.5" } }));
  assert.deepEqual(errors, []);
  assert.deepEqual(object.spec, { podCIDR: "10.1.0.0/24", podCIDRs: ["10.1.0.0/24"] });
  assert.partialDeepStrictEqual(object.status, { capacity: { cpu: "4", memory: "1500m" }, allocatable: { cpu: "4", memory: "1500m" } });
});

test("taints, amounts, features and ranges are checked", () => {
  const taints = [
    { key: "a", effect: "Foo" },
    { key: "a", effect: "NoSchedule" },
    { key: "a", effect: "NoSchedule" },
  ];
  const status = { capacity: { "a.b/c": "1500m" }, allocatable: { cpu: "-1" }, declaredFeatures: ["B", "A"] };
  assert.deepEqual(create(node({ podCIDRs: ["10.1.0.0/24", "10.2.0.0/24"], taints }, status)).errors, [
    'FieldValueNotSupported metadata.taints[0].effect: Unsupported value: "Foo": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    'FieldValueDuplicate metadata.taints[2]: Duplicate value: {"key":"a","effect":"NoSchedule"}: taints must be unique by key and effect pair',
    'FieldValueInvalid status.capacity.a.b/c: Invalid value: "1500m": must be an integer',
    'FieldValueInvalid status.allocatable.cpu: Invalid value: "-1": must be greater than or equal to 0',
    'FieldValueInvalid status.declaredFeatures[1]: Invalid value: "A": list must be sorted alphabetically',
    'FieldValueInvalid spec.podCIDRs: Invalid value: ["10.1.0.0/24","10.2.0.0/24"]: may specify no more than one CIDR for each IP family',
  ]);
});

test("what a node got once stays", () => {
  const { errors, warnings } = update(node({ podCIDR: "10.1.0.0/24", providerID: "a" }), node({ podCIDR: "10.2.0.0/24", providerID: "b", externalID: "x" }));
  assert.deepEqual(errors, [
    'FieldValueForbidden spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    "FieldValueInvalid spec.providerID: Invalid value: null: field cannot be modified once set",
    "FieldValueForbidden spec.externalID: Forbidden: may not be updated",
  ]);
  assert.deepEqual(warnings, ["spec.externalID: this field is deprecated, and is unused by Kubernetes"]);
});

test("an update of the object leaves the status, and one of the status the spec", () => {
  const before = node({}, { phase: "Running" });
  assert.partialDeepStrictEqual(update(before, node({ unschedulable: true }, { phase: "X" })).object, {
    spec: { unschedulable: true },
    status: { phase: "Running" },
  });
  const { object } = update(before, node({ unschedulable: true }, { phase: "X" }), "status");
  assert.deepEqual([object.spec, (object.status as { phase: string }).phase], [{}, "X"]);
});

test("the columns", () => {
  const nodeInfo = { kubeletVersion: "v1.37.0", osImage: "D", kernelVersion: "6", architecture: "amd64", containerRuntimeVersion: "c" };
  const status = { conditions: [{ type: "Ready", status: "True" }], addresses: [{ type: "InternalIP", address: "1.1.1.1" }], nodeInfo };
  const one = node({ unschedulable: true }, status, { "node-role.kubernetes.io/worker": "", "kubernetes.io/role": "b" }) as KubeObject;
  const cells = kindFor("v1", "Node").rules.columns?.map((column) => column.value(one, NOW));
  assert.deepEqual(cells, ["n", "Ready,SchedulingDisabled", "b,worker", "<unknown>", "v1.37.0", "1.1.1.1", "<none>", "D", "6 (amd64)", "c"]);
});

test("two ranges of which one can't be read are no pair of families", () => {
  const { errors } = create(node({ podCIDRs: ["x", "fd00::/64"] }, {}));
  assert.deepEqual(
    errors.map((error) => error.split(":")[0]),
    ["FieldValueInvalid spec.podCIDRs[0]", "InternalError spec.podCIDRs", "FieldValueInvalid spec.podCIDRs"],
  );
});

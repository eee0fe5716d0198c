import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../kind.ts";
import { evaluatorOf } from "./evaluators.ts";
import { matchesValue } from "./match-value.ts";
import { listOf, type QuotaContext } from "./usage.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const nothing: QuotaContext = { now: NOW, deviceClasses: () => [], pod: () => undefined, claims: () => [] };
const object = (more: object) => ({ metadata: { name: "x", namespace: "a" }, ...more }) as KubeObject;

function used(group: string, resource: string, more: object, context = nothing): Record<string, string> {
  return { ...listOf(evaluatorOf(group, resource)!.usage(object(more), context)) };
}

const containers = [
  { name: "a", resources: { requests: { cpu: "100m", memory: "1Gi", "example.com/gpu": "1" }, limits: { cpu: "1" } } },
  { name: "b", resources: { requests: { cpu: "150m", "hugepages-2Mi": "4Mi" } } },
];

test("a pod counts what its containers ask for, and no more than itself once it has ended", () => {
  const initContainers = [{ name: "i", resources: { requests: { cpu: "1" } } }];
  assert.deepEqual(used("", "pods", { spec: { containers, initContainers, overhead: { cpu: "10m" } } }), {
    "count/pods": "1",
    pods: "1",
    cpu: "1010m",
    "requests.cpu": "1010m",
    memory: "1Gi",
    "requests.memory": "1Gi",
    "limits.cpu": "1010m",
    "hugepages-2Mi": "4Mi",
    "requests.hugepages-2Mi": "4Mi",
    "requests.example.com/gpu": "1",
  });
  assert.deepEqual(used("", "pods", { spec: { containers }, status: { phase: "Succeeded" } }), { "count/pods": "1" });
  const late = { name: "x", deletionTimestamp: "2026-05-31T23:59:00Z", deletionGracePeriodSeconds: 30 };
  assert.deepEqual(used("", "pods", { metadata: late, spec: { containers } }), { "count/pods": "1" });
});

test("a resize counts what is asked for and what is still given, until the node refuses it", () => {
  const spec = { containers: [{ name: "a", resources: { requests: { cpu: "1" } } }] };
  const given = { containerStatuses: [{ name: "a", allocatedResources: { cpu: "2" } }] };
  assert.equal(used("", "pods", { spec, status: given }).cpu, "2");
  const refused = { spec: { containers: [{ name: "a", resources: { requests: { cpu: "8" } } }] } };
  const conditions = [{ type: "PodResizePending", status: "True", reason: "Infeasible" }];
  assert.equal(used("", "pods", { ...refused, status: { ...given, conditions } }).cpu, "2");
});

test("a pod must say what its quota counts, unless it says so as a whole", () => {
  const { missing } = evaluatorOf("", "pods")!;
  const pod = object({ spec: { containers } });
  assert.equal(missing?.(["memory", "cpu", "limits.cpu", "pods"], pod), "must specify limits.cpu for: b; memory for: b");
  assert.equal(missing?.(["cpu"], pod), undefined);
  assert.equal(missing?.(["memory"], object({ spec: { containers, resources: { requests: { cpu: "1" } } } })), undefined);
});

test("scopes", () => {
  const { matchesScope } = evaluatorOf("", "pods")!;
  const is = (scopeName: string, spec: object, operator = "Exists", values?: string[]) =>
    matchesScope({ scopeName, operator, ...(values && { values }) }, object({ spec: { containers: [], ...spec } }));
  assert.deepEqual([is("Terminating", { activeDeadlineSeconds: 1 }), is("NotTerminating", { activeDeadlineSeconds: 1 })], [true, false]);
  assert.deepEqual([is("BestEffort", {}), is("NotBestEffort", { containers })], [true, true]);
  assert.deepEqual([is("PriorityClass", { priorityClassName: "high" }, "In", ["high"]), is("PriorityClass", {}, "NotIn", ["high"])], [true, true]);
  const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { namespaceSelector: {} } }] } };
  assert.deepEqual([is("CrossNamespacePodAffinity", { affinity }), is("CrossNamespacePodAffinity", {})], [true, false]);
  assert.deepEqual(
    [matchesValue({ scopeName: "", operator: "DoesNotExist" }, []), matchesValue({ scopeName: "", operator: "In", values: ["a"] }, ["b", "a"])],
    [true, true],
  );
  // Objects that only have a number are in no scope.
  assert.equal(evaluatorOf("", "secrets")!.matchesScope({ scopeName: "BestEffort", operator: "Exists" }, object({})), false);
});

test("services count node ports and load balancers", () => {
  const ports = [{ port: 1 }, { port: 2, nodePort: 30001 }];
  const of = (spec: object) => {
    const { "services.nodeports": nodePorts, "services.loadbalancers": balancers } = used("", "services", { spec });
    return [nodePorts, balancers];
  };
  assert.deepEqual(of({ type: "ClusterIP", ports }), ["0", "0"]);
  assert.deepEqual(of({ type: "NodePort", ports }), ["2", "0"]);
  assert.deepEqual(of({ type: "LoadBalancer", ports }), ["2", "1"]);
  assert.deepEqual(of({ type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports }), ["1", "1"]);
});

test("claims of volumes count by storage class; a name that isn't theirs is left alone", () => {
  const evaluator = evaluatorOf("", "persistentvolumeclaims")!;
  const spec = { storageClassName: "fast", resources: { requests: { storage: "1500m" } } };
  assert.deepEqual(used("", "persistentvolumeclaims", { spec, status: { allocatedResources: { storage: "1" } } }), {
    persistentvolumeclaims: "1",
    "count/persistentvolumeclaims": "1",
    "requests.storage": "2",
    "fast.storageclass.storage.k8s.io/requests.storage": "2",
    "fast.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
  });
  assert.deepEqual(evaluator.names(["pods", "x.storageclass.storage.k8s.io/requests.storage", "requests.storage"], nothing), [
    "requests.storage",
    "x.storageclass.storage.k8s.io/requests.storage",
  ]);
});

test("claims of devices count by class and as the extended resource that they stand for", () => {
  const classes = [{ metadata: { name: "gpu" }, spec: { extendedResourceName: "example.com/gpu" } }];
  const context: QuotaContext = { ...nothing, deviceClasses: () => classes };
  const requests = [
    { name: "a", exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 2 } },
    { name: "b", firstAvailable: [{ name: "x", deviceClassName: "gpu", allocationMode: "All" }] },
  ];
  assert.deepEqual(used("resource.k8s.io", "resourceclaims", { spec: { devices: { requests } } }, context), {
    "count/resourceclaims.resource.k8s.io": "1",
    "gpu.deviceclass.resource.k8s.io/devices": "34",
    "requests.deviceclass.resource.kubernetes.io/gpu": "34",
    "requests.example.com/gpu": "34",
  });
  assert.deepEqual(evaluatorOf("resource.k8s.io", "resourceclaims")!.names(["requests.example.com/gpu", "requests.example.com/fpga"], context), [
    "requests.example.com/gpu",
  ]);
});

test("any other resource is counted by number; events and reviews never are", () => {
  assert.deepEqual(used("example.com", "foos", {}), { "count/foos.example.com": "1" });
  assert.deepEqual(used("", "configmaps", {}), { "count/configmaps": "1", configmaps: "1" });
  assert.equal(evaluatorOf("", "events"), undefined);
});

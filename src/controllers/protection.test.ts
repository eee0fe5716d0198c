import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../api/kind.ts";
import type { Lister } from "../api/resource.ts";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../api/tables/core-v1.ts";
import pvProtection from "./pv-protection.ts";
import pvcProtection from "./pvc-protection.ts";
import vacProtection from "./vac-protection.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const lister = <T extends KubeObject>(...objects: T[]): Lister<T> => ({ get: () => undefined, list: () => objects, ownedBy: () => [], orphans: () => [] });
const bodies = (outcomes: readonly unknown[]) => outcomes.map((one) => (one as { patch: { body: unknown } }).patch.body);
const going = { deletionTimestamp: "2026-06-01T00:00:00Z" };

function claim(metadata: object, status: object = {}): PersistentVolumeClaim {
  return { metadata: { name: "c", namespace: "a", uid: "u", resourceVersion: "5", ...metadata }, spec: {}, status };
}
function pod(nodeName: string, phase: string): Pod {
  return {
    metadata: { name: "p", namespace: "a", uid: "p" },
    spec: { containers: [], nodeName, volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] },
    status: { phase },
  };
}

test("a claim goes once no placed pod has it, and gets its finalizer back as long as it stays", () => {
  const finalizers = ["x.y/z", "kubernetes.io/pvc-protection"];
  const kept = (pods: Pod[]) => bodies(pvcProtection.reconcile(claim({ ...going, finalizers }), { pods: lister(...pods) }, { now: NOW }));
  const freed = [{ metadata: { uid: "u", resourceVersion: "5", finalizers: ["x.y/z"] } }];
  assert.deepEqual([kept([]), kept([pod("", "Pending")]), kept([pod("n", "Running")]), kept([pod("n", "Succeeded")])], [freed, freed, [], []]);
  const added = { metadata: { uid: "u", resourceVersion: "5", finalizers: ["kubernetes.io/pvc-protection"] } };
  assert.deepEqual(bodies(pvcProtection.reconcile(claim({}), { pods: lister() }, { now: NOW })), [added]);
});

test("a bound claim says since when no pod refers to it", () => {
  const finalizers = ["kubernetes.io/pvc-protection"];
  const said = (status: object, ...pods: Pod[]) => bodies(pvcProtection.reconcile(claim({ finalizers }, status), { pods: lister(...pods) }, { now: NOW }));
  const unused = {
    type: "Unused",
    status: "True",
    lastTransitionTime: "2026-06-01T00:00:00Z",
    reason: "NoPodsUsingPVC",
    message: "No pods are currently referencing this PVC",
  };
  assert.deepEqual(said({ phase: "Bound" }), [{ status: { conditions: [unused] } }]);
  assert.deepEqual(said({ phase: "Bound", conditions: [unused] }), []);
  const used = { ...unused, status: "False", reason: "PodUsingPVC", message: "A pod is currently referencing this PVC" };
  assert.deepEqual(said({ phase: "Bound", conditions: [unused] }, pod("", "Pending")), [{ status: { conditions: [used] } }]);
  assert.deepEqual(said({ phase: "Pending" }), []);
});

test("a volume goes once it is unbound, a class once nobody names it", () => {
  const volume = (phase: string): PersistentVolume => ({
    metadata: { name: "v", ...going, finalizers: ["kubernetes.io/pv-protection"] },
    spec: {},
    status: { phase },
  });
  assert.equal(pvProtection.reconcile(volume("Bound"), {}, { now: NOW }).length, 0);
  assert.equal(pvProtection.reconcile(volume("Released"), {}, { now: NOW }).length, 1);
  const attributes = { metadata: { name: "gold", ...going, finalizers: ["kubernetes.io/vac-protection"] }, driverName: "d" };
  const wanting = { ...claim({}), spec: { volumeAttributesClassName: "gold" } };
  const done = (claims: PersistentVolumeClaim[]) =>
    vacProtection.reconcile(attributes, { claims: lister(...claims), volumes: lister<PersistentVolume>() }, { now: NOW }).length;
  assert.deepEqual([done([wanting]), done([claim({})])], [0, 1]);
});

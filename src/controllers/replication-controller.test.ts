import assert from "node:assert/strict";
import { test } from "node:test";
import { ReplicationController as Controllers, Pod as Pods } from "../api/resources.ts";
import type { Pod, ReplicationController } from "../api/tables/core-v1.ts";
import { forbidden } from "../machinery/status/status-error.ts";
import replicaset from "./replicaset.ts";
import declaration from "./replication-controller.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const labels = { app: "web" };
const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "i", resources: {} }] } };
const owner = { apiVersion: "v1", kind: "ReplicationController", name: "web", uid: "rc", controller: true, blockOwnerDeletion: true };

function controller(replicas: number): ReplicationController {
  return { metadata: { name: "web", namespace: "a", uid: "rc", generation: 3 }, spec: { replicas, selector: labels, template } };
}

function pod(name: string, more: Partial<Pod> = {}): Pod {
  return { metadata: { name, namespace: "a", uid: name, labels, ownerReferences: [owner] }, spec: template.spec, ...more };
}

const ready = { status: { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-05-31T00:00:00Z" }] } };

/** What is done, in words, and what the status then says. */
function done(outcomes: readonly unknown[]): unknown[] {
  return outcomes.map((outcome) => {
    const { verb, on, object, patch, subresource, note } = outcome as {
      verb?: string;
      on?: { resource: string };
      object?: { metadata: { name?: string; generateName?: string } };
      patch?: { body: { status: unknown } };
      subresource?: string;
      note?: { reason: string; message: string };
    };
    if (note) return `${note.reason}: ${note.message}`;
    if (subresource) return patch?.body.status;
    return `${verb} ${on?.resource} ${object?.metadata.name ?? object?.metadata.generateName}`;
  });
}

test("makes what is missing, adopts what matches, lets go of what no longer does, and counts", () => {
  const stray = pod("stray", { metadata: { name: "stray", namespace: "a", uid: "stray", ownerReferences: [owner] } });
  const orphan = pod("orphan", { metadata: { name: "orphan", namespace: "a", uid: "orphan", labels } });
  const outcomes = declaration.reconcile(controller(3), { owned: [pod("one", ready), stray], orphans: [orphan] }, { now: NOW });
  assert.deepEqual(done(outcomes), [
    "patch pods orphan",
    "patch pods stray",
    "create pods web-",
    { replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, availableReplicas: 1, observedGeneration: 3 },
  ]);
});

test("deletes the pod that isn't ready before one that is", () => {
  const outcomes = declaration.reconcile(controller(1), { owned: [pod("one", ready), pod("two")], orphans: [] }, { now: NOW });
  assert.deepEqual(done(outcomes)[0], "delete pods two");
});

test("says on the object why pods can't be made, until there are enough; replica sets do alike", () => {
  const error = forbidden({ group: "", resource: "pods" }, "web-x", "exceeded quota: q");
  const message = 'pods "web-x" is forbidden: exceeded quota: q';
  const failure = { write: Pods.create(pod("web-x")), error };
  const condition = { type: "ReplicaFailure", status: "True", lastTransitionTime: "2026-06-01T00:00:00Z", reason: "FailedCreate", message };
  const status = { replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 0, availableReplicas: 0 };
  assert.deepEqual(done(declaration.failed!(controller(2), failure, { owned: [pod("one")], orphans: [] }, { now: NOW })), [
    `FailedCreate: Error creating: ${message}`,
    { ...status, observedGeneration: 3, conditions: [condition] },
  ]);
  const set = { metadata: { name: "web", namespace: "a", uid: "rs" }, spec: { replicas: 2, selector: { matchLabels: labels }, template } };
  assert.deepEqual(done(replicaset.failed!(set, failure, { owned: [pod("one")], orphans: [] }, { now: NOW })).at(-1), {
    ...status,
    terminatingReplicas: 0,
    conditions: [condition],
  });
  const failed = { ...controller(1), status: { replicas: 1, conditions: [condition] } };
  const settled = done(declaration.reconcile(failed, { owned: [pod("one")], orphans: [] }, { now: NOW }));
  assert.deepEqual(settled.at(-1), { ...status, observedGeneration: 3, conditions: [] });
  // A conflict is nobody's failure, nor is that of another write.
  assert.deepEqual(declaration.failed!(failed, { write: Controllers.status(failed, { replicas: 1 }), error }, { owned: [], orphans: [] }, { now: NOW }), []);
});

/** Subresources with deeds of their own: binding, eviction, scale, finalize. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, type Api, startApi } from "../../../../test/support/api.ts";
import { newAuthority } from "../../../machinery/certificates/issue.ts";
import { newKeyPair } from "../../../machinery/certificates/keys.ts";
import { newRequest } from "../../../machinery/certificates/request.ts";

const PODS = "/api/v1/namespaces/default/pods";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

const message = (answer: Answered): unknown => [answer.code, answer.object.message];

async function withPod(api: Api, name: string, status: object = {}): Promise<void> {
  const made = await api.create(PODS, { metadata: { name, labels: { app: "a" } }, spec: { containers: [{ name: "c", image: "i" }] } });
  assert.equal(made.code, 201, made.text);
  const updated = await api.patch(`${PODS}/${name}/status`, "application/merge-patch+json", { status });
  assert.equal(updated.code, 200, updated.text);
}

test("a pod is bound once, and says so", async () => {
  await using api = await startApi();
  await withPod(api, "p");
  const binding = { metadata: { name: "p", annotations: { from: "me" } }, target: { kind: "Node", name: "n1" } };
  const answer = await api.create(`${PODS}/p/binding`, binding);
  assert.deepEqual([answer.code, answer.object], [201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }]);
  const pod = (await api.get(`${PODS}/p`)).object;
  assert.equal(pod.spec.nodeName, "n1");
  assert.equal(pod.metadata.annotations.from, "me");
  assert.equal(pod.status.conditions.find(({ type }: { type: string }) => type === "PodScheduled").status, "True");
  assert.deepEqual(message(await api.create(`${PODS}/p/binding`, binding)), [
    409,
    'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
  ]);
  await withPod(api, "q");
  assert.equal((await api.create("/api/v1/namespaces/default/bindings", { ...binding, metadata: { name: "q" } })).code, 201);
  assert.equal((await api.get(`${PODS}/q`)).object.spec.nodeName, "n1");
  assert.equal((await api.create(`${PODS}/none/binding`, { ...binding, metadata: { name: "none" } })).code, 404);
});

test("a status update leaves the rest, and the object's own update leaves the status", async () => {
  await using api = await startApi();
  await withPod(api, "p", { phase: "Running" });
  const pod = (await api.get(`${PODS}/p`)).object;
  const viaStatus = await api.update(`${PODS}/p/status`, { ...pod, spec: { ...pod.spec, hostname: "x" }, status: { phase: "Failed" } });
  assert.deepEqual([viaStatus.object.spec.hostname, viaStatus.object.status.phase], [undefined, "Failed"]);
  const viaObject = await api.update(`${PODS}/p`, {
    ...viaStatus.object,
    status: { phase: "Running" },
    metadata: { ...viaStatus.object.metadata, labels: { b: "c" } },
  });
  assert.deepEqual([viaObject.code, viaObject.object.status.phase, viaObject.object.metadata.labels], [200, "Failed", { b: "c" }]);
});

test("scale reads and writes replicas, and nothing else", async () => {
  await using api = await startApi();
  const spec = {
    replicas: 2,
    selector: { matchLabels: { a: "b" } },
    template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } },
  };
  await api.create(DEPLOYMENTS, { metadata: { name: "d" }, spec });
  const scale = await api.get(`${DEPLOYMENTS}/d/scale`);
  assert.deepEqual(
    [scale.object.kind, scale.object.apiVersion, scale.object.spec, scale.object.status],
    ["Scale", "autoscaling/v1", { replicas: 2 }, { replicas: 0, selector: "a=b" }],
  );
  const more = await api.update(`${DEPLOYMENTS}/d/scale`, { ...scale.object, spec: { replicas: 5 } });
  assert.deepEqual([more.code, more.object.spec], [200, { replicas: 5 }]);
  assert.equal((await api.update(`${DEPLOYMENTS}/d/scale`, { ...scale.object, spec: { replicas: 6 } })).code, 409, "an old version");
  const patched = await api.patch(`${DEPLOYMENTS}/d/scale`, "application/merge-patch+json", { spec: { replicas: 7 } });
  assert.equal(patched.object.spec.replicas, 7);
  assert.match(
    (await api.patch(`${DEPLOYMENTS}/d/scale`, "application/merge-patch+json", { spec: { replicas: -1 } })).object.message,
    /must be greater than or equal to 0/,
  );
  const deployment = (await api.get(`${DEPLOYMENTS}/d`)).object;
  assert.equal(deployment.spec.replicas, 7);
  const entry = deployment.metadata.managedFields.find((one: { subresource?: string }) => one.subresource === "scale");
  assert.deepEqual(entry.fieldsV1, { "f:spec": { "f:replicas": {} } });
  assert.equal(entry.time, undefined);
  assert.equal((await api.get(`${DEPLOYMENTS}/none/scale`)).code, 404);
});

test("an eviction keeps to the budget over the pod", async () => {
  await using api = await startApi();
  const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  for (const name of ["p", "q", "r"]) await withPod(api, name, ready);
  await api.create(BUDGETS, { metadata: { name: "b" }, spec: { minAvailable: 2, selector: { matchLabels: { app: "a" } } } });
  const { generation = 0 } = (await api.get(`${BUDGETS}/b`)).object.metadata;
  const status = { observedGeneration: generation, disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 };
  assert.equal((await api.patch(`${BUDGETS}/b/status`, "application/merge-patch+json", { status })).code, 200);
  const eviction = (name: string) => api.create(`${PODS}/${name}/eviction`, { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
  assert.equal((await eviction("p")).code, 201);
  const refused = await eviction("q");
  assert.deepEqual(
    [refused.code, refused.object.message, refused.object.details.causes],
    [
      429,
      "Cannot evict pod as it would violate the pod's disruption budget.",
      [{ reason: "DisruptionBudget", message: "The disruption budget b needs 2 healthy pods and has 3 currently" }],
    ],
  );
  const budget = (await api.get(`${BUDGETS}/b`)).object;
  assert.deepEqual([budget.status.disruptionsAllowed, Object.keys(budget.status.disruptedPods)], [0, ["p"]]);
  await api.patch(`${PODS}/r/status`, "application/merge-patch+json", { status: { phase: "Succeeded" } });
  assert.equal((await eviction("r")).code, 201, "a pod that has ended disrupts nothing");
});

test("a namespace goes when its last finalizer is cleared through finalize", async () => {
  await using api = await startApi();
  const made = await api.create("/api/v1/namespaces", { metadata: { name: "n" } });
  assert.deepEqual(
    [made.object.spec.finalizers, made.object.metadata.labels, made.object.status],
    [["kubernetes"], { "kubernetes.io/metadata.name": "n" }, { phase: "Active" }],
  );
  const marked = (await api.delete("/api/v1/namespaces/n")).object;
  const finalized = await api.update("/api/v1/namespaces/n/finalize", { ...marked, spec: {} });
  assert.equal(finalized.code, 200, finalized.text);
  assert.equal((await api.get("/api/v1/namespaces/n")).code, 404);
});

test("a certificate request bears the requester's name, and only approval approves", async () => {
  await using api = await startApi();
  const path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
  const key = newKeyPair();
  const authority = newAuthority({ commonName: "ca", lifetimeMs: 3_600_000, now: Date.now() });
  const certificate = Buffer.from(authority.cert).toString("base64");
  const spec = {
    request: Buffer.from(newRequest(key, { commonName: "c" })).toString("base64"),
    signerName: "kubernetes.io/kube-apiserver-client",
    usages: ["client auth"],
    username: "root",
    groups: ["system:masters", "x"],
  };
  const approved = { type: "Approved", status: "True", reason: "r" };
  const made = await api.create(path, { metadata: { name: "c" }, spec, status: { conditions: [approved] } });
  assert.deepEqual(
    [made.code, made.object.spec.username, made.object.spec.groups, made.object.status],
    [201, "admin", ["system:masters", "system:authenticated"], {}],
    made.text,
  );
  const smuggled = await api.update(`${path}/c/status`, { ...made.object, status: { certificate, conditions: [approved] } });
  assert.deepEqual(
    [smuggled.code, smuggled.object.details.causes],
    [422, [{ reason: "FieldValueForbidden", message: 'Forbidden: updates may not add a condition of type "Approved"', field: "status.conditions" }]],
  );
  const viaStatus = await api.update(`${path}/c/status`, { ...made.object, status: { certificate } });
  assert.deepEqual([viaStatus.code, viaStatus.object.status], [200, { certificate }], viaStatus.text);
  const viaApproval = await api.update(`${path}/c/approval`, { ...viaStatus.object, status: { certificate: "eHg=", conditions: [approved] } });
  assert.equal(viaApproval.code, 200, viaApproval.text);
  assert.deepEqual([viaApproval.object.status.certificate, viaApproval.object.status.conditions[0].type], [certificate, "Approved"]);
  assert.match(viaApproval.object.status.conditions[0].lastTransitionTime, /Z$/);
  const renamed = await api.update(`${path}/c`, { ...viaApproval.object, spec: { ...spec, username: "root" }, status: {} });
  assert.deepEqual([renamed.object.spec.username, renamed.object.status.conditions.length], ["admin", 1]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, says, user } from "../../../../test/support/admission.ts";
import { MemoryReader } from "../../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../../api/kind.ts";
import { newKeyPair } from "../../../machinery/certificates/keys.ts";
import { newRequest } from "../../../machinery/certificates/request.ts";
import { nodeRestriction } from "../../admission/node-restriction.ts";
import type { Attributes } from "../../attributes.ts";
import { nodeAuthorizer } from "./authorizer.ts";
import { NodeGraph } from "./graph.ts";

const object = (more: object) => more as KubeObject;
const agent = user("system:node:n1", "system:nodes");
const pod = (name: string, nodeName: string, spec: object = {}, more: object = {}) =>
  object({ metadata: { namespace: "a", name, uid: `uid-${name}`, ...more }, spec: { nodeName, serviceAccountName: `sa-${name}`, ...spec } });

function cluster() {
  const reader = new MemoryReader();
  const volumes = (name: string) => [
    { name: "s", secret: { secretName: `secret-${name}` } },
    { name: "p", projected: { sources: [{ configMap: { name: `config-${name}` } }, { serviceAccountToken: { path: "t", audience: "vault" } }] } },
    { name: "c", persistentVolumeClaim: { claimName: `claim-${name}` } },
  ];
  for (const [name, node] of [
    ["mine", "n1"],
    ["other", "n2"],
  ] as const) {
    reader.put(
      "",
      "pods",
      pod(name, node, {
        volumes: volumes(name),
        imagePullSecrets: [{ name: `pull-${name}` }],
        containers: [{ env: [{ valueFrom: { secretKeyRef: { name: `env-${name}` } } }] }],
      }),
    );
    reader.put(
      "",
      "persistentvolumes",
      object({
        metadata: { name: `pv-${name}` },
        spec: {
          claimRef: { namespace: "a", name: `claim-${name}` },
          csi: {
            driver: "d",
            nodeStageSecretRef: { namespace: "csi", name: `stage-${name}` },
            controllerPublishSecretRef: { namespace: "csi", name: `control-${name}` },
          },
        },
      }),
    );
    reader.put("storage.k8s.io", "volumeattachments", object({ metadata: { name: `va-${name}` }, spec: { nodeName: node } }));
    reader.put("resource.k8s.io", "resourceslices", object({ metadata: { name: `slice-${name}` }, spec: { nodeName: node } }));
  }
  reader.put("", "nodes", object({ metadata: { name: "n1", uid: "node-1" } }));
  const graph = new NodeGraph(reader);
  const authorizer = nodeAuthorizer(graph, reader);
  /** `get core secrets a/db`, `list core pods a/` + a selector */
  async function may(text: string, fieldSelector?: string, who = agent): Promise<boolean> {
    const [verb = "", group = "", resourceAndSub = "", at = ""] = text.split(" ");
    const [resource = "", subresource = ""] = resourceAndSub.split("/");
    const [namespace = "", name = ""] = at.split("/");
    const attributes: Attributes = {
      isResource: true,
      path: "",
      verb,
      group: group === "core" ? "" : group,
      version: "v1",
      namespace,
      resource,
      subresource,
      name,
      tail: "",
    };
    return (await authorizer.authorize({ user: who, attributes, ...(fieldSelector !== undefined && { fieldSelector }) })).decision === "allow";
  }
  return { reader, graph, may };
}

test("a node reads what its own pods name, and nothing of another's", async () => {
  const { may, reader } = cluster();
  const things = [
    "secrets a/secret-",
    "secrets a/pull-",
    "secrets a/env-",
    "secrets csi/stage-",
    "configmaps a/config-",
    "persistentvolumeclaims a/claim-",
    "persistentvolumes /pv-",
    "pods a/",
    "serviceaccounts a/sa-",
  ];
  for (const thing of things) {
    assert.ok(await may(`get core ${thing}mine`), thing);
    assert.ok(!(await may(`get core ${thing}other`)), thing);
    assert.ok(!(await may(`get core ${thing}mine`, undefined, user("system:node:n1"))), "the name without the group is nobody");
    assert.ok(!(await may(`update core ${thing}mine`)), thing);
  }
  assert.ok(!(await may("get core secrets csi/control-mine")), "what only controllers need");
  assert.ok(!(await may("list core secrets a/")));
  assert.ok(await may("get storage.k8s.io volumeattachments /va-mine"));
  assert.ok(!(await may("get storage.k8s.io volumeattachments /va-other")));
  assert.ok(await may("update resource.k8s.io resourceslices /slice-mine"));
  assert.ok(!(await may("update resource.k8s.io resourceslices /slice-other")));
  assert.ok(await may("create core serviceaccounts/token a/sa-mine"));
  assert.ok(!(await may("create core serviceaccounts/token a/sa-other")));
  reader.remove("", "pods", "a", "mine");
  assert.ok(!(await may("get core secrets a/secret-mine")), "at once when the pod is gone");
  reader.put("", "pods", pod("other", "n1", { volumes: [{ name: "s", secret: { secretName: "secret-other" } }] }));
  assert.ok(await may("get core secrets a/secret-other"));
  reader.put(
    "",
    "pods",
    pod("mirror", "n1", { volumes: [{ name: "s", secret: { secretName: "wanted" } }] }, { annotations: { "kubernetes.io/config.mirror": "x" } }),
  );
  assert.ok(!(await may("get core secrets a/wanted")), "a mirror pod, which the node writes itself, opens nothing");
});

test("lists need the node's selector, and a selector can't be dressed up as one", async () => {
  const { may } = cluster();
  assert.ok(await may("list core pods /", "spec.nodeName=n1,status.phase!=Failed"));
  assert.ok(await may("watch resource.k8s.io resourceslices /", "spec.nodeName==n1"));
  for (const selector of [undefined, "", "spec.nodeName=n2", "spec.nodeName!=n1", "metadata.name=x\\,spec.nodeName=n1", "xspec.nodeName=n1"])
    assert.ok(!(await may("list core pods /", selector)), String(selector));
});

test("a node's own objects are its own, and what all nodes read they read", async () => {
  const { may } = cluster();
  const allowed = [
    "get core nodes /n1",
    "update core nodes/status /n1",
    "create core nodes /",
    "patch coordination.k8s.io leases kube-node-lease/n1",
    "get storage.k8s.io csinodes /n1",
    "list core services /",
    "create core events a/",
    "get node.k8s.io runtimeclasses /x",
    "create certificates.k8s.io certificatesigningrequests /",
  ];
  const refused = [
    "get core nodes /n2",
    "list core nodes /",
    "delete core nodes /n1",
    "update coordination.k8s.io leases kube-node-lease/n2",
    "get coordination.k8s.io leases kube-system/n1",
    "get storage.k8s.io csinodes /n2",
    "list core namespaces /",
    "get rbac.authorization.k8s.io roles a/x",
    "create core pods/exec a/mine",
    "create core pods/binding a/mine",
  ];
  const decisions = await Promise.all([...allowed, ...refused].map((text) => may(text)));
  assert.deepEqual(
    [...allowed, ...refused].filter((_, index) => decisions[index]),
    allowed,
  );
});

test("what was there before the first question counts as what comes after", async () => {
  const reader = new MemoryReader();
  for (let i = 0; i < 500; i++) reader.put("", "pods", pod(`p${i}`, "n1"));
  const graph = new NodeGraph(reader, 1000);
  const first = graph.settle();
  const second = graph.settle();
  reader.put("", "pods", pod("late", "n1"));
  await Promise.all([first, second]);
  assert.ok(graph.hasThing("n1", "pods", "a", "p499"));
  await graph.settle();
  assert.ok(graph.hasThing("n1", "pods", "a", "late"));
  for (let i = 0; i < 500; i++) reader.remove("", "pods", "a", `p${i}`);
  for (let i = 0; i < 1000; i++) reader.put("", "persistentvolumes", object({ metadata: { name: `v${i}` } }));
  await graph.settle();
  assert.ok(!graph.hasThing("n1", "pods", "a", "p499"), "after it forgot everything, too");
  assert.ok(graph.hasThing("n1", "pods", "a", "late"));
});

test("many changes are taken in without holding the loop, and questions wait for them", async () => {
  const { reader, may } = cluster();
  for (let i = 0; i < 3000; i++) reader.put("", "pods", pod(`p${i}`, i % 2 ? "n1" : "n2"));
  assert.ok(await may("get core serviceaccounts a/sa-p2999"));
  assert.ok(!(await may("get core serviceaccounts a/sa-p2998")));
});

test("NodeRestriction: a node writes its own mirror pods, status, node and tokens, and nothing that draws rights to it", async () => {
  const { reader } = cluster();
  const none = { name: "none", authorize: () => ({ decision: "none" as const, reason: "" }) };
  const plugin = nodeRestriction(none);
  const by = (on: string, more: object, who = agent) => ask(plugin, { reader, user: who, on, namespace: "a", ...more });
  const owner = { apiVersion: "v1", kind: "Node", name: "n1", uid: "node-1", controller: true };
  const mirror = (spec: object = {}, metadata: object = {}) => ({
    object: {
      metadata: { namespace: "a", name: "m", annotations: { "kubernetes.io/config.mirror": "x" }, ownerReferences: [owner], ...metadata },
      spec: { nodeName: "n1", ...spec },
    },
  });
  await by("pods", mirror());
  await assert.rejects(by("pods", mirror({}, { annotations: {} })), says(403, "can only create mirror pods"));
  await assert.rejects(by("pods", mirror({ nodeName: "n2" })), says(403, "spec.nodeName set to itself"));
  await assert.rejects(by("pods", mirror({}, { ownerReferences: [{ ...owner, uid: "x" }] })), says(403, "UID mismatch"));
  await assert.rejects(by("pods", mirror({ serviceAccountName: "admin" })), says(403, "can not create pods that reference serviceaccounts"));
  await assert.rejects(by("pods", mirror({ resourceClaims: [{ name: "c" }] })), says(403, "reference resourceclaims"));
  await assert.rejects(
    by("pods", mirror({ volumes: [{ name: "v", projected: { sources: [{ podCertificate: { signerName: "x" } }] } }] })),
    says(403, "reference podcertificates"),
  );
  await by("pods", { operation: "DELETE", name: "mine" });
  await assert.rejects(by("pods", { operation: "DELETE", name: "other" }), says(403, "can only delete pods"));
  await assert.rejects(by("pods/exec", { operation: "CREATE", name: "mine" }), says(403, "unexpected pod subresource"));
  const [mine, other] = [reader.get("", "pods", "a", "mine")!, reader.get("", "pods", "a", "other")!];
  const status = (old: KubeObject, more: object) => by("pods/status", { operation: "UPDATE", old, object: { ...old, ...more } });
  await status(mine, { status: { phase: "Running" } });
  await assert.rejects(status(other, {}), says(403, "can only update pod status"));
  await assert.rejects(status(mine, { metadata: { ...mine.metadata, labels: { a: "b" } } }), says(403, "cannot update labels"));
  await assert.rejects(status(mine, { status: { resourceClaimStatuses: [{ name: "x" }] } }), says(403, "resource claim"));
  const node = (labels: object, spec: object = {}, metadata: object = {}) => ({ metadata: { name: "n1", labels, ...metadata }, spec });
  await by("nodes", { object: node({ "kubernetes.io/hostname": "n1", "node.kubernetes.io/x": "y", plain: "z" }) });
  await assert.rejects(
    by("nodes", { object: node({ "node-restriction.kubernetes.io/pci": "y", "topology.k8s.io/x": "y" }) }),
    says(403, "set the following labels: node-restriction.kubernetes.io/pci, topology.k8s.io/x"),
  );
  await assert.rejects(by("nodes", { object: { metadata: { name: "n2" } } }), says(403, 'not allowed to modify node "n2"'));
  const update = (next: object) =>
    by("nodes", { operation: "UPDATE", old: node({ "node-role.kubernetes.io/a": "" }, { taints: [{ key: "k", effect: "NoSchedule" }] }), object: next });
  await update(node({ "node-role.kubernetes.io/a": "" }, { taints: [{ key: "k", effect: "NoSchedule" }] }));
  await assert.rejects(update(node({ "node-role.kubernetes.io/a": "" })), says(403, "modify taints"));
  await assert.rejects(update(node({}, { taints: [{ key: "k", effect: "NoSchedule" }] })), says(403, "modify labels: node-role.kubernetes.io/a"));
  await assert.rejects(
    update(node({ "node-role.kubernetes.io/a": "" }, { taints: [{ key: "k", effect: "NoSchedule" }] }, { ownerReferences: [{ uid: "x" }] })),
    says(403, "modify ownerReferences"),
  );
  const token = (spec: object) => by("serviceaccounts/token", { name: "sa-mine", object: { metadata: {}, spec } });
  const ref = { apiVersion: "v1", kind: "Pod", name: "mine", uid: "uid-mine" };
  await token({ audiences: ["vault"], boundObjectRef: ref });
  await assert.rejects(token({ audiences: ["vault"] }), says(403, "not bound to a pod"));
  await assert.rejects(token({ audiences: ["vault"], boundObjectRef: { ...ref, uid: "" } }), says(403, "without a uid"));
  await assert.rejects(token({ audiences: ["other"], boundObjectRef: ref }), says(403, 'not authorized to request tokens for audience "other"'));
  await assert.rejects(
    token({ audiences: ["vault"], boundObjectRef: { ...ref, name: "other", uid: "uid-other" } }),
    says(403, "scheduled on a different node"),
  );
  const csr = (commonName: string) => ({
    object: {
      metadata: { name: "c" },
      spec: { signerName: "kubernetes.io/kubelet-serving", request: Buffer.from(newRequest(newKeyPair(), { commonName })).toString("base64") },
    },
  });
  await by("certificatesigningrequests.certificates.k8s.io", csr("system:node:n1"));
  await assert.rejects(by("certificatesigningrequests.certificates.k8s.io", csr("system:node:n2")), says(403, "CN=system:node:n1"));
  await by("pods", mirror({}, { annotations: {} }), user("ann"));
});

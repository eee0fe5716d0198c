import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, says, user } from "../../../test/support/admission.ts";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../api/kind.ts";
import type { Pod } from "../../api/tables/core-v1.ts";
import type { ClusterRole } from "../../api/tables/rbac-v1.ts";
import { newKeyPair } from "../../machinery/certificates/keys.ts";
import { newRequest } from "../../machinery/certificates/request.ts";
import { systemClock } from "../../machinery/clock.ts";
import { systemRandom } from "../../machinery/random.ts";
import { rbacAuthorizer } from "../authz/rbac/authorizer.ts";
import { Policy, RBAC_GROUP } from "../authz/rbac/policy.ts";
import { certificateApproval, certificateSubjectRestriction } from "./certificates.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { priority } from "./priority.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { serviceAccount } from "./service-account.ts";
import { defaultTolerationSeconds } from "./tolerations.ts";

const accounts = serviceAccount({ clock: systemClock, random: systemRandom });
const newPod = (spec: object = {}, annotations?: Record<string, string>): Pod => ({
  metadata: { namespace: "a", name: "web", ...(annotations && { annotations }) },
  spec: { containers: [{ name: "c" }], ...spec },
});
const object = (more: object) => more as KubeObject;

test("NamespaceLifecycle keeps out of missing and dying namespaces, and keeps three for ever", async () => {
  const reader = new MemoryReader();
  reader.put("", "namespaces", object({ metadata: { name: "live" } }));
  reader.put("", "namespaces", object({ metadata: { name: "dying", deletionTimestamp: "2026-11-24T12:00:00Z" }, status: { phase: "Terminating" } }));
  await ask(namespaceLifecycle, { reader, on: "pods", namespace: "live", object: newPod() });
  await assert.rejects(ask(namespaceLifecycle, { reader, on: "pods", namespace: "none", object: newPod() }), says(404, 'namespaces "none" not found'));
  await assert.rejects(ask(namespaceLifecycle, { reader, on: "pods", namespace: "dying", object: newPod() }), says(403, "because it is being terminated"));
  await ask(namespaceLifecycle, { reader, on: "localsubjectaccessreviews.authorization.k8s.io", namespace: "none", object: { metadata: {} } });
  for (const name of ["default", "kube-system", "kube-public"]) {
    await assert.rejects(ask(namespaceLifecycle, { reader, on: "namespaces", operation: "DELETE", name }), says(403, "may not be deleted"));
  }
});

test("ServiceAccount gives a pod its account, token volume and pull secrets, and waits for a new namespace's default", async () => {
  const reader = new MemoryReader();
  const pod = newPod({ initContainers: [{ name: "i", volumeMounts: [{ name: "own", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }] }] });
  setTimeout(() => reader.put("", "serviceaccounts", object({ metadata: { namespace: "a", name: "default" }, imagePullSecrets: [{ name: "registry" }] })), 150);
  await ask(accounts, { reader, on: "pods", object: pod });
  const name = pod.spec.volumes![0]!.name;
  assert.match(name, /^kube-api-access-[a-z0-9]{5}$/);
  assert.equal(pod.spec.serviceAccountName, "default");
  assert.deepEqual(pod.spec.imagePullSecrets, [{ name: "registry" }]);
  assert.deepEqual(pod.spec.containers![0]!.volumeMounts, [{ name, readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }]);
  assert.equal(pod.spec.initContainers![0]!.volumeMounts!.length, 1);
  assert.deepEqual(
    pod.spec.volumes![0]!.projected!.sources!.map((source) => Object.keys(source)[0]),
    ["serviceAccountToken", "configMap", "downwardAPI"],
  );
  const quiet = newPod({ automountServiceAccountToken: false });
  await ask(accounts, { reader, on: "pods", object: quiet });
  assert.equal(quiet.spec.volumes, undefined);
  await assert.rejects(
    ask(accounts, { reader, on: "pods", object: newPod({ serviceAccountName: "nobody" }) }),
    says(403, 'pods "web" is forbidden: error looking up service account a/nobody: serviceaccount "nobody" not found'),
  );
  const mirror = { "kubernetes.io/config.mirror": "x" };
  await ask(accounts, { reader, on: "pods", object: newPod({}, mirror) });
  await assert.rejects(
    ask(accounts, { reader, on: "pods", object: newPod({ serviceAccountName: "default" }, mirror) }),
    says(403, "a mirror pod may not reference service accounts"),
  );
  await assert.rejects(
    ask(accounts, { reader, on: "pods", object: newPod({ volumes: [{ name: "v", secret: { secretName: "s" } }] }, mirror) }),
    says(403, "a mirror pod may not reference secrets"),
  );
});

test("an account that lends only its own secrets refuses the others", async () => {
  const reader = new MemoryReader();
  reader.put(
    "",
    "serviceaccounts",
    object({ metadata: { namespace: "a", name: "default", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } }, secrets: [{ name: "own" }] }),
  );
  await ask(accounts, { reader, on: "pods", object: newPod({ volumes: [{ name: "v", secret: { secretName: "own" } }] }) });
  const other = newPod({ containers: [{ name: "c", env: [{ name: "X", valueFrom: { secretKeyRef: { name: "other", key: "k" } } }] }] });
  await assert.rejects(
    ask(accounts, { reader, on: "pods", object: other }),
    says(403, 'container c with envVar X referencing secret.secretName="other" is not allowed'),
  );
});

test("Priority resolves the class, also the built-in ones and the default, and lets nobody choose the number", async () => {
  const reader = new MemoryReader();
  const resolved = async (spec: object) => {
    const pod = newPod(spec);
    await ask(priority, { reader, on: "pods", object: pod });
    return [pod.spec.priorityClassName, pod.spec.priority, pod.spec.preemptionPolicy];
  };
  assert.deepEqual(await resolved({}), [undefined, 0, "PreemptLowerPriority"]);
  assert.deepEqual(await resolved({ priorityClassName: "system-node-critical" }), ["system-node-critical", 2000001000, "PreemptLowerPriority"]);
  reader.put("scheduling.k8s.io", "priorityclasses", object({ metadata: { name: "usual" }, value: 7, globalDefault: true, preemptionPolicy: "Never" }));
  assert.deepEqual(await resolved({}), ["usual", 7, "Never"]);
  await assert.rejects(
    resolved({ priority: 9 }),
    says(403, "the integer value of priority (9) must not be provided in pod spec; priority admission controller computed 7"),
  );
  await assert.rejects(resolved({ priorityClassName: "none" }), says(403, "no PriorityClass with name none was found"));
  const second = { metadata: { name: "second" }, value: 1, globalDefault: true };
  await assert.rejects(ask(priority, { reader, on: "priorityclasses.scheduling.k8s.io", object: second }), says(403, "usual is already marked as default"));
});

test("DefaultTolerationSeconds adds what is missing and nothing else", async () => {
  const reader = new MemoryReader();
  const pod = newPod({ tolerations: [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute", operator: "Exists" }] });
  await ask(defaultTolerationSeconds, { reader, on: "pods", object: pod });
  assert.deepEqual(
    pod.spec.tolerations!.map(({ key, tolerationSeconds }) => [key, tolerationSeconds]),
    [
      ["node.kubernetes.io/not-ready", undefined],
      ["node.kubernetes.io/unreachable", 300],
    ],
  );
});

test("nobody gives away more than he has: roles, bindings, aggregation, bind and escalate", async () => {
  const reader = new MemoryReader();
  const policy = new Policy(reader);
  const plugin = rbacEscalation(policy, rbacAuthorizer(policy));
  const rules = (verbs: string[], resources: string[], apiGroups = [""], resourceNames?: string[]) => [
    { verbs, apiGroups, resources, ...(resourceNames && { resourceNames }) },
  ];
  const grant = (to: string, name: string, list: ClusterRole["rules"]) => {
    reader.put(RBAC_GROUP, "clusterroles", object({ metadata: { name }, rules: list }));
    reader.put(
      RBAC_GROUP,
      "clusterrolebindings",
      object({ metadata: { name: `${to}-${name}` }, subjects: [{ kind: "User", name: to }], roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name } }),
    );
  };
  grant("ann", "reader", rules(["get", "list"], ["pods"]));
  grant("binder", "may-bind", rules(["bind"], ["clusterroles"], [RBAC_GROUP], ["admin"]));
  grant("root", "escalator", rules(["escalate"], ["roles"], [RBAC_GROUP]));
  reader.put(RBAC_GROUP, "clusterroles", object({ metadata: { name: "admin" }, rules: rules(["*"], ["*"], ["*"]) }));
  const role = (who: string, list: ClusterRole["rules"], more: object = {}) =>
    ask(plugin, { reader, user: user(who), on: `roles.${RBAC_GROUP}`, object: { metadata: { namespace: "a", name: "r" }, rules: list, ...more } });
  const bind = (who: string, name: string) =>
    ask(plugin, {
      reader,
      user: user(who, "g"),
      on: `rolebindings.${RBAC_GROUP}`,
      object: { metadata: { namespace: "a", name: "b" }, subjects: [], roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name } },
    });
  await role("ann", rules(["get"], ["pods"]));
  await assert.rejects(
    role("ann", rules(["get", "delete", "patch"], ["pods"])),
    says(
      403,
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "ann" (groups=[]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete" "patch"]}',
    ),
  );
  await role("root", rules(["*"], ["*"], ["*"]));
  await bind("ann", "reader");
  await assert.rejects(bind("ann", "admin"), says(403, '(groups=["g"]) is attempting to grant'));
  await bind("binder", "admin");
  await assert.rejects(bind("binder", "reader"), says(403, "not currently held"));
  await assert.rejects(bind("ann", "none"), says(404, "not found"));
  const gathering = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] } };
  await assert.rejects(
    ask(plugin, { reader, user: user("ann"), on: `clusterroles.${RBAC_GROUP}`, object: { metadata: { name: "r" }, ...gathering } }),
    says(403, "must have cluster-admin privileges to use the aggregationRule"),
  );
  await ask(plugin, { reader, user: user("x", "system:masters"), on: `clusterroles.${RBAC_GROUP}`, object: { metadata: { name: "r" }, ...gathering } });
});

test("certificates: approval by signer or its domain, and never one for system:masters", async () => {
  const reader = new MemoryReader();
  const policy = new Policy(reader);
  const approval = certificateApproval(rbacAuthorizer(policy));
  const csr = (signerName: string, organizations: string[] = []) => ({
    metadata: { name: "c" },
    spec: { signerName, request: Buffer.from(newRequest(newKeyPair(), { commonName: "ann", organizations })).toString("base64"), usages: [] },
  });
  reader.put(
    RBAC_GROUP,
    "clusterroles",
    object({
      metadata: { name: "r" },
      rules: [{ verbs: ["approve"], apiGroups: ["certificates.k8s.io"], resources: ["signers"], resourceNames: ["example.com/*"] }],
    }),
  );
  reader.put(
    RBAC_GROUP,
    "clusterrolebindings",
    object({ metadata: { name: "b" }, subjects: [{ kind: "User", name: "ann" }], roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: "r" } }),
  );
  const approve = (signer: string) =>
    ask(approval, { reader, on: "certificatesigningrequests/approval", operation: "UPDATE", old: csr(signer), object: csr(signer), user: user("ann") });
  await approve("example.com/web");
  await assert.rejects(
    approve("kubernetes.io/kubelet-serving"),
    says(403, 'user not permitted to approve requests with signerName "kubernetes.io/kubelet-serving"'),
  );
  const create = (...organizations: string[]) =>
    ask(certificateSubjectRestriction, {
      reader,
      on: "certificatesigningrequests.certificates.k8s.io",
      object: csr("kubernetes.io/kube-apiserver-client", organizations),
    });
  await create("dev");
  await assert.rejects(create("dev", "system:masters"), says(403, "system:masters group is not allowed"));
});

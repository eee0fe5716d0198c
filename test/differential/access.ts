/**
 * Asks Rampart and a real kube-apiserver the same things as the same people, and compares who may do what and in which words it is refused.
 *
 *     node test/differential/access.ts DIRECTORY
 *
 * DIRECTORY is that of a kube-apiserver started with NodeRestriction: it holds `kubeconfig`, `ca.crt` and `ca.key`. Prints each difference and ends with 1 if there was one.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { type Authority, loadAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";
import { newKeyPair } from "../../src/machinery/certificates/keys.ts";
import { newRequest } from "../../src/machinery/certificates/request.ts";
import { type Raw, send } from "../support/https.ts";

const [directory] = process.argv.slice(2);
assert(directory, "usage: access.ts DIRECTORY");
const DAY_MS = 86_400_000;
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const NS = "/api/v1/namespaces/shop";

interface Server {
  readonly name: string;
  readonly url: string;
  readonly ca: string;
  readonly clients: Authority;
  readonly uids: Map<string, string>;
}

const file = (name: string) => readFileSync(join(directory!, name), "utf8");
const cluster = await startControlPlane();
const servers: readonly Server[] = [
  { name: "ours", url: cluster.url, ca: cluster.ca, clients: cluster.clientAuthority, uids: new Map() },
  {
    name: "theirs",
    url: /https:[^"]+/.exec(file("kubeconfig"))![0],
    ca: file("ca.crt"),
    clients: loadAuthority({ cert: file("ca.crt"), key: file("ca.key") }),
    uids: new Map(),
  },
];

const PEOPLE: Record<string, readonly string[]> = {
  admin: ["system:masters"],
  ann: [],
  bob: ["dev"],
  "system:node:n1": ["system:nodes"],
  "system:node:n2": [],
};
const identities = new Map<string, Raw>();
function as(server: Server, who: string): Raw {
  return identities.getOrInsertComputed(`${server.name} ${who}`, () => {
    const subject = { commonName: who, organizations: PEOPLE[who]! };
    const identity = newIdentity(server.clients, { subject, usages: ["digital signature", "client auth"], lifetimeMs: DAY_MS, now: Date.now() });
    return { url: server.url, ca: server.ca, identity };
  });
}

interface Step {
  readonly as: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}
const step = (who: string, method: string, path: string, body?: unknown): Step => ({ as: who, method, path, body });
const meta = (name: string, more: object = {}) => ({ metadata: { name, ...more } });
const rule = (verbs: string[], resources: string[], apiGroups = [""], more: object = {}) => ({ verbs, resources, apiGroups, ...more });
const ref = (kind: string, name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
const subject = (kind: string, name: string) => ({
  kind,
  name,
  ...(kind === "ServiceAccount" ? { namespace: "shop" } : { apiGroup: "rbac.authorization.k8s.io" }),
});
const mine = { nodeName: "n1", containers: [{ name: "c", image: "x" }] };
const owner = (server: Server, more: object = {}) => [{ apiVersion: "v1", kind: "Node", name: "n1", uid: server.uids.get("n1"), controller: true, ...more }];
const mirror =
  (name: string, spec: object = mine, more: object = {}) =>
  (server: Server) => ({ ...meta(name, { annotations: { "kubernetes.io/config.mirror": "x" }, ownerReferences: owner(server), ...more }), spec });
function csr(signerName: string, commonName: string, organizations: string[], usages = ["client auth", "digital signature"]): object {
  const name = `c-${commonName}-${organizations.length}`.replaceAll(/[^a-z0-9-]/g, "");
  const request = Buffer.from(newRequest(newKeyPair(), { commonName, organizations })).toString("base64");
  return { ...meta(name), spec: { signerName, request, usages } };
}

const steps: readonly Step[] = [
  step("admin", "POST", "/api/v1/namespaces", meta("shop", { labels: { "pod-security.kubernetes.io/enforce": "privileged" } })),
  step("admin", "POST", "/api/v1/namespaces", meta("tight", { labels: { "pod-security.kubernetes.io/enforce": "restricted" } })),
  step(
    "admin",
    "POST",
    "/api/v1/namespaces",
    meta("odd", { labels: { "pod-security.kubernetes.io/enforce": "open", "pod-security.kubernetes.io/warn-version": "v2" } }),
  ),
  ...["shop", "tight"].map((name) => step("admin", "POST", `/api/v1/namespaces/${name}/serviceaccounts`, meta("default"))),
  step("admin", "POST", `${NS}/serviceaccounts`, { ...meta("puller"), imagePullSecrets: [{ name: "registry" }], automountServiceAccountToken: false }),
  step("admin", "DELETE", "/api/v1/namespaces/kube-system"),
  step("admin", "DELETE", "/api/v1/namespaces/default"),
  step("admin", "POST", "/api/v1/namespaces/none/configmaps", meta("x")),
  // Nobody in particular.
  ...["get pods", "list secrets", "create pods/exec", "watch nodes"].map((text) => {
    const [verb = "", resource = ""] = text.split(" ");
    const path = resource === "nodes" ? "/api/v1/nodes?watch=1" : verb === "list" ? `${NS}/${resource}` : `${NS}/pods/web${resource.slice(4)}`;
    return step("ann", verb === "create" ? "POST" : "GET", path);
  }),
  step("ann", "GET", "/metrics"),
  step("ann", "GET", "/<b>"),
  step("ann", "GET", "/version"),
  step("ann", "GET", "/api/v1"),
  // Roles: what one may give away.
  step("admin", "POST", `${RBAC}/clusterroles`, {
    ...meta("limited"),
    rules: [
      rule(["get", "list", "create", "update"], ["pods", "configmaps"]),
      rule(["create", "update", "get"], ["roles", "rolebindings", "clusterroles", "clusterrolebindings"], ["rbac.authorization.k8s.io"]),
    ],
  }),
  step("admin", "POST", `${RBAC}/clusterrolebindings`, {
    ...meta("limited"),
    subjects: [subject("User", "ann"), subject("Group", "dev")],
    roleRef: ref("ClusterRole", "limited"),
  }),
  step("ann", "POST", `${RBAC}/namespaces/shop/roles`, { ...meta("fine"), rules: [rule(["get"], ["pods"])] }),
  step("ann", "POST", `${RBAC}/namespaces/shop/roles`, {
    ...meta("more"),
    rules: [rule(["get", "delete", "*"], ["pods", "secrets"]), rule(["get"], ["*"], ["*"], { resourceNames: ["x", "y"] })],
  }),
  step("bob", "POST", `${RBAC}/clusterroles`, { ...meta("urls"), rules: [{ verbs: ["get"], nonResourceURLs: ["/metrics", "/debug/*"] }] }),
  step("ann", "POST", `${RBAC}/clusterroles`, { ...meta("gathers"), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] } }),
  step("ann", "POST", `${RBAC}/namespaces/shop/rolebindings`, { ...meta("own"), subjects: [subject("User", "bob")], roleRef: ref("ClusterRole", "limited") }),
  step("ann", "POST", `${RBAC}/namespaces/shop/rolebindings`, {
    ...meta("edit"),
    subjects: [subject("User", "bob")],
    roleRef: ref("ClusterRole", "system:node-bootstrapper"),
  }),
  step("ann", "POST", `${RBAC}/namespaces/shop/rolebindings`, { ...meta("hopeful"), subjects: [subject("User", "bob")], roleRef: ref("Role", "gone") }),
  step("admin", "POST", `${RBAC}/namespaces/shop/rolebindings`, { ...meta("gone"), subjects: [subject("User", "bob")], roleRef: ref("Role", "gone") }),
  step("bob", "GET", `${NS}/secrets/x`),
  // Pods: accounts, priority, tolerations, security.
  step("admin", "POST", `${NS}/pods`, { ...meta("plain"), spec: { containers: [{ name: "c", image: "x" }] } }),
  step("admin", "POST", `${NS}/pods`, { ...meta("pulls"), spec: { serviceAccountName: "puller", containers: [{ name: "c", image: "x" }] } }),
  step("admin", "POST", `${NS}/pods`, { ...meta("nobody"), spec: { serviceAccountName: "nobody", containers: [{ name: "c", image: "x" }] } }),
  step("admin", "POST", `${NS}/pods`, { ...meta("first"), spec: { priorityClassName: "none", containers: [{ name: "c", image: "x" }] } }),
  step("admin", "POST", `${NS}/pods`, { ...meta("second"), spec: { priority: 5, containers: [{ name: "c", image: "x" }] } }),
  step("admin", "POST", `${NS}/pods`, { ...meta("third"), spec: { priorityClassName: "system-node-critical", containers: [{ name: "c", image: "x" }] } }),
  step("admin", "POST", "/apis/scheduling.k8s.io/v1/priorityclasses", { ...meta("usual"), value: 3, globalDefault: true }),
  step("admin", "POST", "/apis/scheduling.k8s.io/v1/priorityclasses", { ...meta("other"), value: 4, globalDefault: true }),
  step("admin", "POST", `${NS}/pods`, { ...meta("fourth"), spec: { tolerations: [{ operator: "Exists" }], containers: [{ name: "c", image: "x" }] } }),
  step("admin", "POST", "/api/v1/namespaces/tight/pods", {
    ...meta("wild"),
    spec: {
      hostNetwork: true,
      volumes: [{ name: "h", hostPath: { path: "/" } }],
      containers: [{ name: "c", image: "x", ports: [{ hostPort: 80, containerPort: 80 }] }],
    },
  }),
  step("admin", "POST", "/apis/apps/v1/namespaces/tight/deployments", {
    ...meta("wild"),
    spec: { selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "x" }] } } },
  }),
  step("admin", "PUT", "/api/v1/namespaces/shop", meta("shop", { labels: { "pod-security.kubernetes.io/enforce": "baseline" } })),
  step("admin", "PUT", "/api/v1/namespaces/shop", meta("shop", { labels: { "pod-security.kubernetes.io/enforce": "privileged" } })),
  step("admin", "POST", `${NS}/limitranges`, {
    ...meta("l"),
    spec: { limits: [{ type: "Container", max: { cpu: "1" }, min: { cpu: "100m" }, default: { cpu: "500m" } }] },
  }),
  step("admin", "POST", `${NS}/pods`, { ...meta("limited"), spec: { containers: [{ name: "c", image: "x" }] } }),
  step("admin", "POST", `${NS}/pods`, { ...meta("much"), spec: { containers: [{ name: "c", image: "x", resources: { limits: { cpu: "2" } } }] } }),
  step("admin", "DELETE", `${NS}/limitranges/l`),
  // Tokens.
  step("admin", "POST", `${NS}/serviceaccounts/default/token`, { spec: { expirationSeconds: 60 } }),
  step("admin", "POST", `${NS}/serviceaccounts/nobody/token`, { spec: {} }),
  step("admin", "POST", `${NS}/serviceaccounts/default/token`, { metadata: { name: "x" }, spec: {} }),
  step("admin", "POST", `${NS}/serviceaccounts/default/token`, { metadata: { uid: "x" }, spec: {} }),
  step("admin", "POST", `${NS}/serviceaccounts/default/token`, { spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "none" } } }),
  step("admin", "POST", `${NS}/serviceaccounts/default/token`, { spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "pulls" } } }),
  step("admin", "POST", `${NS}/serviceaccounts/default/token`, { spec: { boundObjectRef: { kind: "ConfigMap", apiVersion: "v1", name: "x" } } }),
  step("admin", "POST", `${NS}/serviceaccounts/default/token`, { spec: { boundObjectRef: { kind: "Deployment", apiVersion: "apps/v1", name: "x" } } }),
  // A node.
  step("system:node:n1", "POST", "/api/v1/nodes", meta("n1", { labels: { "node-restriction.kubernetes.io/a": "b", "topology.k8s.io/x": "y" } })),
  step("system:node:n1", "POST", "/api/v1/nodes", meta("n2")),
  step("system:node:n1", "POST", "/api/v1/nodes", meta("n1", { labels: { "kubernetes.io/hostname": "n1" } })),
  step("system:node:n1", "PUT", "/api/v1/nodes/n1", meta("n1", { labels: { "kubernetes.io/hostname": "n1", "node-role.kubernetes.io/x": "" } })),
  step("system:node:n1", "PUT", "/api/v1/nodes/n1", { ...meta("n1"), spec: { taints: [] } }),
  step("system:node:n1", "DELETE", "/api/v1/nodes/n1"),
  ...[
    "/api/v1/nodes",
    "/api/v1/nodes/n2",
    "/api/v1/pods",
    "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1",
    `${NS}/secrets/x`,
    `${NS}/secrets`,
    "/api/v1/secrets",
    `${NS}/configmaps/x`,
    "/api/v1/services",
    "/api/v1/namespaces",
    `${NS}/serviceaccounts/default`,
    "/api/v1/persistentvolumes/x",
    "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/n1",
    "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n2",
    "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
    "/apis/storage.k8s.io/v1/csinodes/n2",
    "/apis/resource.k8s.io/v1/resourceslices",
    "/apis/node.k8s.io/v1/runtimeclasses",
    `${NS}/pods/plain/log`,
  ].map((path) => step("system:node:n1", "GET", path)),
  step("system:node:n2", "GET", "/api/v1/nodes/n2"),
  step("system:node:n1", "POST", `${NS}/pods`, { ...meta("own"), spec: mine }),
  step("system:node:n1", "POST", `${NS}/pods`, mirror("m1", { ...mine, serviceAccountName: "default" })),
  step("system:node:n1", "POST", `${NS}/pods`, mirror("m2", { ...mine, nodeName: "n2" })),
  step("system:node:n1", "POST", `${NS}/pods`, mirror("m3", mine, { ownerReferences: [] })),
  step(
    "system:node:n1",
    "POST",
    `${NS}/pods`,
    mirror("m4", { ...mine, volumes: [{ name: "v", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }] }),
  ),
  step("system:node:n1", "POST", `${NS}/pods`, mirror("m5")),
  step("system:node:n1", "DELETE", `${NS}/pods/plain`),
  step("system:node:n1", "PATCH", `${NS}/pods/plain/status`, { status: { phase: "Running" } }),
  step("system:node:n1", "PATCH", `${NS}/pods/m5/status`, { metadata: { labels: { a: "b" } } }),
  step("system:node:n1", "POST", `${NS}/pods/plain/eviction`, { apiVersion: "policy/v1", kind: "Eviction", ...meta("plain") }),
  step("system:node:n1", "POST", `${NS}/pods/plain/binding`, { ...meta("plain"), target: { kind: "Node", name: "n1" } }),
  step("admin", "POST", `${NS}/pods`, { ...meta("bound"), spec: mine }),
  step("system:node:n1", "GET", `${NS}/serviceaccounts/default`),
  step("system:node:n1", "POST", `${NS}/serviceaccounts/default/token`, { spec: {} }),
  step("system:node:n1", "POST", `${NS}/serviceaccounts/default/token`, { spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "bound" } } }),
  step("system:node:n1", "POST", `${NS}/serviceaccounts/puller/token`, { spec: {} }),
  step("system:node:n1", "POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", meta("n2")),
  step(
    "system:node:n1",
    "POST",
    "/apis/certificates.k8s.io/v1/certificatesigningrequests",
    csr("kubernetes.io/kubelet-serving", "system:node:n2", ["system:nodes"], ["server auth", "digital signature"]),
  ),
  // Certificates.
  step("admin", "POST", "/apis/certificates.k8s.io/v1/certificatesigningrequests", csr("kubernetes.io/kube-apiserver-client", "x", ["a", "system:masters"])),
  step("admin", "POST", "/apis/certificates.k8s.io/v1/certificatesigningrequests", {
    ...meta("bad"),
    spec: { signerName: "kubernetes.io/kube-apiserver-client", request: "aGVsbG8=", usages: ["client auth"] },
  }),
];

function told(server: Server, answer: { code: number; text: string; headers: { warning?: unknown } }) {
  let body: {
    kind?: string;
    reason?: string;
    message?: string;
    details?: { causes?: readonly { reason?: string; field?: string }[] };
    metadata?: { uid?: string; name?: string };
    spec?: unknown;
  };
  try {
    body = JSON.parse(answer.text);
  } catch {
    return { code: answer.code, text: answer.text.slice(0, 200) };
  }
  if (body.kind === "Node" && body.metadata?.uid) server.uids.set(body.metadata.name!, body.metadata.uid);
  const clean = (text: string | undefined) =>
    text?.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "UID").replace(/; at spec\..*to allow it: kubectl label ns .*$/, "");
  if (body.kind !== "Status") {
    const spec = JSON.stringify(body.spec ?? null).replaceAll(/kube-api-access-[a-z0-9]{5}/g, "kube-api-access-x");
    return { code: answer.code, ...(body.kind === "Pod" && { spec: JSON.parse(spec) }), warning: answer.headers.warning };
  }
  return { code: answer.code, reason: body.reason, message: clean(body.message), warning: answer.headers.warning };
}

let differences = 0;
for (const each of steps) {
  const answers = [];
  for (const server of servers) {
    const body = typeof each.body === "function" ? each.body(server) : each.body;
    const type = each.method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const path = each.path.includes("watch=1") ? `${each.path}&timeoutSeconds=1` : each.path;
    answers.push(
      told(
        server,
        await send(
          as(server, each.as),
          each.method,
          path,
          body === undefined ? {} : { "content-type": type },
          body === undefined ? undefined : JSON.stringify(body),
        ),
      ),
    );
  }
  const [ours, theirs] = answers;
  try {
    assert.deepEqual(ours, theirs);
  } catch {
    differences++;
    console.log(
      `── ${each.as}: ${each.method} ${each.path} ${JSON.stringify(typeof each.body === "function" ? "(mirror)" : each.body)?.slice(0, 150) ?? ""}\nours:   ${JSON.stringify(ours)}\ntheirs: ${JSON.stringify(theirs)}`,
    );
  }
}
console.log(`${steps.length} steps, ${differences} differences`);
await cluster.close();
process.exit(differences > 0 ? 1 : 0);

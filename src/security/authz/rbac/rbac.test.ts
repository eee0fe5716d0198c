import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryReader } from "../../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../../api/kind.ts";
import type { PolicyRule, Subject } from "../../../api/tables/rbac-v1.ts";
import type { Attributes } from "../../attributes.ts";
import type { User } from "../../user.ts";
import { rbacAuthorizer } from "./authorizer.ts";
import { joinVerbs, missingRules, ruleText } from "./covers.ts";
import { Policy, RBAC_GROUP } from "./policy.ts";

const user = (name: string, ...groups: string[]): User => ({ name, groups, extra: Object.create(null), via: "test" });
/** `get apps deployments/scale web in prod`, or `get /healthz` */
function ask(text: string): Attributes {
  const [verb = "", group = "", resource = "", name = "", , namespace = ""] = text.split(" ");
  const [plain = "", subresource = ""] = resource.split("/");
  const base = { verb, version: "v1", subresource, tail: "" };
  if (group.startsWith("/")) return { ...base, isResource: false, path: group, group: "", resource: "", name: "", namespace: "", subresource: "" };
  return { ...base, isResource: true, path: "", group: group === "core" ? "" : group, resource: plain, name: name === "-" ? "" : name, namespace };
}
const rule = (verbs: string, groups: string, resources: string, names?: string): PolicyRule => ({
  verbs: verbs.split(","),
  apiGroups: groups.split(",").map((group) => (group === "core" ? "" : group)),
  resources: resources.split(","),
  ...(names && { resourceNames: names.split(",") }),
});
const role = (namespace: string, name: string, rules: PolicyRule[], more: object = {}): KubeObject =>
  ({ metadata: { namespace, name }, rules, ...more }) as KubeObject;
const binding = (namespace: string, name: string, kind: string, ref: string, subjects: Subject[]): KubeObject =>
  ({ metadata: { namespace, name }, subjects, roleRef: { apiGroup: RBAC_GROUP, kind, name: ref } }) as KubeObject;

function cluster() {
  const reader = new MemoryReader();
  const policy = new Policy(reader);
  const { authorize } = rbacAuthorizer(policy);
  return { reader, policy, may: (who: User, text: string) => authorize({ user: who, attributes: ask(text) }).decision === "allow", authorize };
}

test("rules match verbs, groups, resources, subresources, names and paths as Kubernetes does", () => {
  const { reader, may } = cluster();
  reader.put(
    RBAC_GROUP,
    "clusterroles",
    role("", "mixed", [
      rule("get", "core", "pods"),
      rule("update", "*", "*/scale"),
      rule("get", "core", "secrets", "tls"),
      { verbs: ["get"], nonResourceURLs: ["/healthz", "/api*"] },
    ]),
  );
  reader.put(RBAC_GROUP, "clusterrolebindings", binding("", "b", "ClusterRole", "mixed", [{ kind: "User", name: "ann" }]));
  const allowed = [
    "get core pods web in prod",
    "get core pods web",
    "update apps deployments/scale web in prod",
    "get core secrets tls in a",
    "get /healthz",
    "get /apis/apps",
  ];
  const refused = [
    "get core pods/log web in prod",
    "list core pods - in prod",
    "get apps pods web in prod",
    "update apps scale web in a",
    "get core secrets - in a",
    "list core secrets - in a",
    "get /healthz/etcd",
    "put /healthz",
  ];
  assert.deepEqual(
    [...allowed, ...refused].filter((text) => may(user("ann"), text)),
    allowed,
  );
  assert.ok(!may(user("bob"), "get core pods web"));
});

test("a role binding counts in its namespace only, also when it binds a cluster role; accounts default to it", () => {
  const { reader, authorize, may } = cluster();
  reader.put(RBAC_GROUP, "clusterroles", role("", "view", [rule("get", "core", "pods")]));
  reader.put(
    RBAC_GROUP,
    "rolebindings",
    binding("prod", "b", "ClusterRole", "view", [
      { kind: "ServiceAccount", name: "bot" },
      { kind: "Group", name: "dev" },
    ]),
  );
  const bot = user("system:serviceaccount:prod:bot");
  assert.deepEqual(authorize({ user: bot, attributes: ask("get core pods a in prod") }), {
    decision: "allow",
    reason: 'RBAC: allowed by RoleBinding "b/prod" of ClusterRole "view" to ServiceAccount "bot/prod"',
  });
  assert.ok(!may(bot, "get core pods a in test"));
  assert.ok(!may(bot, "get core pods a"));
  assert.ok(may(user("x", "dev"), "get core pods a in prod"));
});

test("changes count at once: a rule, a subject, a binding taken away; a missing role is told", () => {
  const { reader, authorize, may } = cluster();
  const ann = user("ann");
  reader.put(RBAC_GROUP, "rolebindings", binding("a", "b", "Role", "r", [{ kind: "User", name: "ann" }]));
  assert.deepEqual(authorize({ user: ann, attributes: ask("get core pods x in a") }), {
    decision: "none",
    reason: 'RBAC: role.rbac.authorization.k8s.io "r" not found',
  });
  reader.put(RBAC_GROUP, "roles", role("a", "r", [rule("get", "core", "pods")]));
  assert.ok(may(ann, "get core pods x in a"));
  reader.put(RBAC_GROUP, "roles", role("a", "r", [rule("get", "core", "secrets")]));
  assert.ok(!may(ann, "get core pods x in a"));
  assert.ok(may(ann, "get core secrets x in a"));
  reader.put(RBAC_GROUP, "rolebindings", binding("a", "b", "Role", "r", [{ kind: "User", name: "bob" }]));
  assert.ok(!may(ann, "get core secrets x in a"));
  reader.remove(RBAC_GROUP, "rolebindings", "a", "b");
  assert.ok(!may(user("bob"), "get core secrets x in a"));
});

test("an aggregated role has the rules of those it selects, through others too, and a circle ends", () => {
  const { reader, may } = cluster();
  const gather = (label: string) => ({ aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: "true" } }] } });
  const labelled = (name: string, label: string, rules: PolicyRule[], more: object = {}) =>
    ({ ...role("", name, rules, more), metadata: { name, labels: { [label]: "true" } } }) as KubeObject;
  reader.put(RBAC_GROUP, "clusterroles", role("", "admin", [rule("get", "core", "nodes")], gather("to-admin")));
  reader.put(RBAC_GROUP, "clusterroles", labelled("edit", "to-admin", [], gather("to-edit")));
  reader.put(RBAC_GROUP, "clusterroles", labelled("circle", "to-edit", [], gather("to-admin")));
  reader.put(RBAC_GROUP, "clusterrolebindings", binding("", "b", "ClusterRole", "admin", [{ kind: "User", name: "ann" }]));
  assert.ok(!may(user("ann"), "get core pods x"));
  reader.put(RBAC_GROUP, "clusterroles", labelled("leaf", "to-edit", [rule("get", "core", "pods")]));
  assert.ok(may(user("ann"), "get core pods x"));
  assert.ok(!may(user("ann"), "get core nodes x"), "what was written into an aggregated role by hand doesn't count");
});

test("a decision costs microseconds however many bindings others have", () => {
  const { reader, may } = cluster();
  reader.put(RBAC_GROUP, "clusterroles", role("", "view", [rule("get,list,watch", "core", "pods,services,configmaps")]));
  for (let i = 0; i < 5000; i++) reader.put(RBAC_GROUP, "rolebindings", binding(`ns-${i}`, "b", "ClusterRole", "view", [{ kind: "User", name: `u-${i}` }]));
  const who = user("u-17", "system:authenticated");
  const started = performance.now();
  for (let i = 0; i < 20_000; i++) may(who, "get core pods x in ns-17");
  const each = (performance.now() - started) / 20;
  assert.ok(each < 50, `${each} µs a decision`);
});

test("what one lacks of another's rights is found and told in Kubernetes' words", () => {
  const owned = [rule("get,list", "core", "pods,*/scale"), rule("*", "apps", "*"), { verbs: ["get"], nonResourceURLs: ["/api*"] }];
  assert.deepEqual(
    missingRules(owned, [
      rule("get", "core", "pods", "one"),
      rule("delete", "apps", "deployments"),
      rule("get", "core", "x/scale"),
      { verbs: ["get"], nonResourceURLs: ["/apis/*"] },
    ]),
    [],
  );
  const missing = missingRules(owned, [rule("get,delete,patch", "core", "pods"), rule("get", "batch", "jobs", "a")]);
  assert.deepEqual(joinVerbs(missing).map(ruleText), [
    '{APIGroups:[""], Resources:["pods"], Verbs:["delete" "patch"]}',
    '{APIGroups:["batch"], Resources:["jobs"], ResourceNames:["a"], Verbs:["get"]}',
  ]);
  assert.equal(missingRules([rule("get", "core", "secrets", "a")], [rule("get", "core", "secrets")]).length, 1);
});

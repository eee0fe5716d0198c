import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterRole, PolicyRule } from "../api/tables/rbac-v1.ts";
import { permissionsOf } from "../client/controller.ts";
import aggregation from "./cluster-role-aggregation.ts";

const may = (...resources: string[]): PolicyRule => ({ verbs: ["get"], apiGroups: [""], resources });
const role = (name: string, rules: PolicyRule[], labels: Record<string, string> = {}): ClusterRole => ({ metadata: { name, uid: name, labels }, rules });
const gathers = (rules: PolicyRule[]): ClusterRole => ({
  ...role("all", rules, { view: "true" }),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { view: "true" } }, { matchLabels: { more: "true" } }] },
});
const written = (subject: ClusterRole, roles: ClusterRole[]) =>
  aggregation.reconcile(subject, { roles: [subject, ...roles] }, { now: 0 }).map((write) => ("patch" in write ? write.patch?.body : undefined));

test("a role that gathers has each rule of those it selects once, by their names, and its own labels don't count", () => {
  const roles = [role("b", [may("pods"), may("secrets")], { view: "true" }), role("a", [may("pods")], { more: "true" }), role("c", [may("nodes")])];
  assert.deepEqual(written(gathers([may("events")]), roles), [{ metadata: { uid: "all" }, rules: [may("pods"), may("secrets")] }]);
  assert.deepEqual(written(gathers([may("pods"), may("secrets")]), roles), []);
  assert.deepEqual(written(gathers([may("pods")]), []), [{ metadata: { uid: "all" }, rules: [] }]);
  assert.deepEqual(written(role("plain", [may("pods")]), roles), []);
});

test("it may write what it doesn't have", () => {
  assert.ok(permissionsOf(aggregation).some(({ resource, verb }) => resource === "clusterroles" && verb === "escalate"));
});

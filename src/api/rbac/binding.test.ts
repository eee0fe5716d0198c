/** Bindings: whom and what they may name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoleBinding as RoleBindingType } from "../tables/rbac-v1.ts";
import { ClusterRoleBinding, RoleBinding } from "./binding.ts";

const context = { now: 0 };

function binding(kind: string, subjects: RoleBindingType["subjects"] = []): RoleBindingType {
  return { metadata: { name: "b" }, roleRef: { apiGroup: "", kind, name: "r" }, subjects };
}

test("users, groups and roles are of RBAC's group where nothing is said; service accounts are of none", () => {
  const one = binding("Role", [
    { kind: "User", name: "u" },
    { kind: "ServiceAccount", name: "s", namespace: "n" },
  ]);
  RoleBinding.rules.defaults?.(one);
  const group = "rbac.authorization.k8s.io";
  assert.deepEqual([one.roleRef.apiGroup, one.subjects?.map(({ apiGroup }) => apiGroup)], [group, [group, undefined]]);
  assert.deepEqual(RoleBinding.rules.validate?.(one, context), []);
});

test("a cluster's binding names no role of a namespace, and says where its service accounts are", () => {
  const one = binding("Role", [{ kind: "ServiceAccount", name: "s" }]);
  ClusterRoleBinding.rules.defaults?.(one);
  const errors = ClusterRoleBinding.rules.validate?.(one, context) ?? [];
  assert.deepEqual(
    errors.map(({ type, field }) => `${type} ${field}`),
    ["FieldValueNotSupported roleRef.kind", "FieldValueRequired subjects[0].namespace"],
  );
});

test("a binding's role is for ever", () => {
  const errors = RoleBinding.rules.validateUpdate?.(binding("ClusterRole"), binding("Role"), context) ?? [];
  assert.deepEqual(
    errors.map(({ field }) => field),
    ["roleRef"],
  );
});

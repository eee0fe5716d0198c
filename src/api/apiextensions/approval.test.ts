/** Groups of Kubernetes' own. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { APPROVED, approvalOf, isProtectedGroup } from "./approval.ts";

test("groups under Kubernetes' domains are protected, and no others", () => {
  const groups = ["k8s.io", "apps.k8s.io", "kubernetes.io", "a.kubernetes.io", "xk8s.io", "k8s.io.example.com", ""];
  assert.deepEqual(groups.filter(isProtectedGroup), ["k8s.io", "apps.k8s.io", "kubernetes.io", "a.kubernetes.io"]);
});

test("an approval is a URL, or says why there is none", () => {
  const stateOf = (said: string) => approvalOf({ [APPROVED]: said }).state;
  assert.deepEqual(["https://github.com/x", "unapproved, an experiment", "soon", ""].map(stateOf), ["approved", "bypassed", "invalid", "missing"]);
  assert.equal(approvalOf(undefined).state, "missing");
});

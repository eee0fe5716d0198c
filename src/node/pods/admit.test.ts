import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "../../api/tables/core-v1.ts";
import { refusalOf } from "./admit.ts";
import { type AgentPod, agentPod } from "./agent-pod.ts";

function pod(requests: Record<string, string>, more: Partial<PodSpec> = {}): AgentPod {
  return agentPod({ metadata: { name: "p", namespace: "d", uid: "u" }, spec: { containers: [{ name: "c", resources: { requests } }], ...more } });
}
const node = { cpu: "1", memory: "1Gi", pods: "3" };

test("what doesn't fit beside what runs already is refused, in the kernel's numbers", () => {
  assert.equal(refusalOf(pod({ cpu: "400m" }), [pod({ cpu: "600m" })], node), undefined);
  assert.deepEqual(refusalOf(pod({ cpu: "500m" }), [pod({ cpu: "600m" })], node), {
    reason: "OutOfcpu",
    message: "Node didn't have enough resource: cpu, requested: 500, used: 600, capacity: 1000",
  });
  assert.equal(refusalOf(pod({ memory: "2Gi" }), [], node)?.reason, "OutOfmemory");
  assert.equal(refusalOf(pod({ "example.com/gpu": "1" }), [], node)?.reason, "OutOfexample.com/gpu");
  assert.equal(refusalOf(pod({}), [pod({}), pod({}), pod({})], node)?.message, "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3");
});

test("a sysctl that reaches beyond the pod is refused, in either spelling", () => {
  const of = (name: string) => refusalOf(pod({}, { securityContext: { sysctls: [{ name, value: "1" }] } }), [], node)?.message;
  assert.equal(of("kernel.shm_rmid_forced"), undefined);
  assert.equal(of("net/ipv4/tcp_syncookies"), undefined);
  assert.equal(of("kernel.msgmax"), 'forbidden sysctl: "kernel.msgmax" not allowlisted');
  assert.equal(refusalOf(pod({}, { os: { name: "windows" } }), [], node)?.reason, "PodOSNotSupported");
});

test("a protection that the node can't give is a reason not to run", () => {
  const reason = (spec: Partial<PodSpec>) => refusalOf(pod({}, spec), [], node)?.reason;
  assert.equal(reason({ hostUsers: false }), "UserNamespacesNotSupported");
  assert.equal(reason({ securityContext: { supplementalGroupsPolicy: "Strict" } }), "SupplementalGroupsPolicyNotSupported");
  assert.equal(reason({ securityContext: { appArmorProfile: { type: "RuntimeDefault" } } }), "AppArmor");
  assert.equal(
    reason({ containers: [{ name: "c", volumeMounts: [{ name: "v", mountPath: "/v", recursiveReadOnly: "Enabled" }] }] }),
    "RecursiveReadOnlyMountsNotSupported",
  );
  assert.equal(reason({ hostUsers: true, securityContext: { supplementalGroupsPolicy: "Merge", appArmorProfile: { type: "Unconfined" } } }), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, says } from "../../../test/support/admission.ts";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../api/kind.ts";
import type { PodSpec } from "../../api/tables/core-v1.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import { podSecurity } from "./pod-security.ts";

const safe: PodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containers: [{ name: "web", image: "web:1", securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } }],
};
const pod = (namespace: string, spec: PodSpec) => ({ metadata: { namespace, name: "web" }, spec });
const deployment = (namespace: string, spec: PodSpec, replicas = 1) => ({
  metadata: { namespace, name: "web" },
  spec: { replicas, template: { metadata: {}, spec } },
});
const privileged: PodSpec = {
  ...safe,
  containers: [{ ...safe.containers![0]!, securityContext: { ...safe.containers![0]!.securityContext, privileged: true } }],
};

function cluster(labels: Record<string, string> = {}) {
  const reader = new MemoryReader();
  for (const [name, own] of [
    ["shop", {}],
    ["labelled", labels],
    ["kube-system", {}],
  ] as const) {
    reader.put("", "namespaces", { metadata: { name, labels: own } } as KubeObject);
  }
  return { reader };
}

test("a namespace that says nothing is restricted: the refusal names level, words, field and the command that allows it", async () => {
  const { reader } = cluster();
  await ask(podSecurity, { reader, on: "pods", object: pod("shop", safe) });
  await assert.rejects(ask(podSecurity, { reader, on: "pods", object: pod("shop", privileged) }), (error) => {
    assert.ok(error instanceof StatusError);
    assert.deepEqual(error.status, {
      code: 403,
      reason: "Forbidden",
      message:
        'pods "web" is forbidden: violates PodSecurity "restricted:latest": privileged (container "web" must not set securityContext.privileged=true); ' +
        "at spec.containers[0].securityContext.privileged; to allow it: kubectl label ns shop pod-security.kubernetes.io/enforce=privileged",
      details: {
        name: "web",
        kind: "pods",
        causes: [
          {
            reason: "PodSecurity",
            message: 'privileged (container "web" must not set securityContext.privileged=true)',
            field: "spec.containers[0].securityContext.privileged",
          },
        ],
      },
    });
    return true;
  });
  await assert.rejects(
    ask(podSecurity, { reader, on: "pods", object: pod("shop", { containers: [{ name: "web" }] }) }),
    says(403, "kubectl label ns shop pod-security.kubernetes.io/enforce=baseline"),
  );
  await ask(podSecurity, { reader, on: "pods", object: pod("kube-system", privileged) });
});

test("every other kind that holds a pod is refused in such a namespace, and only warned of where the namespace speaks for itself", async () => {
  const { reader } = cluster({ "pod-security.kubernetes.io/enforce": "baseline" });
  const template = { metadata: {}, spec: privileged };
  const kinds: Record<string, object> = {
    "deployments.apps": { spec: { template } },
    "replicasets.apps": { spec: { template } },
    "statefulsets.apps": { spec: { template } },
    "daemonsets.apps": { spec: { template } },
    replicationcontrollers: { spec: { template } },
    "jobs.batch": { spec: { template } },
    "cronjobs.batch": { spec: { jobTemplate: { spec: { template } } } },
    podtemplates: { template },
  };
  for (const [on, body] of Object.entries(kinds)) {
    const object = (namespace: string) => ({ metadata: { namespace, name: "x" }, ...body });
    const at = on === "podtemplates" ? "template" : on === "cronjobs.batch" ? "spec.jobTemplate.spec.template" : "spec.template";
    await assert.rejects(ask(podSecurity, { reader, on, object: object("shop") }), says(403, `at ${at}.spec.containers[0].securityContext.privileged;`), on);
    assert.deepEqual((await ask(podSecurity, { reader, on, object: object("labelled") })).warnings, [
      'would violate PodSecurity "baseline:latest": privileged (container "web" must not set securityContext.privileged=true)',
    ]);
  }
  const old = deployment("shop", privileged, 3);
  await ask(podSecurity, { reader, on: "deployments.apps", operation: "UPDATE", old, object: deployment("shop", privileged, 1) });
});

test("a running pod can't be given what it might not have had", async () => {
  const { reader } = cluster();
  const update = (on: string, next: PodSpec) => ask(podSecurity, { reader, on, operation: "UPDATE", old: pod("shop", safe), object: pod("shop", next) });
  await assert.rejects(
    update("pods/ephemeralcontainers", { ...safe, ephemeralContainers: [{ name: "debug", image: "x" }] }),
    says(403, "spec.ephemeralContainers[0]"),
  );
  await assert.rejects(update("pods/resize", privileged), says(403, "privileged"));
  await update("pods", { ...safe, activeDeadlineSeconds: 5 });
});

test("labels are read as Kubernetes reads them: version, audit, warn, and 422 for what can't be read", async () => {
  const { reader } = cluster({
    "pod-security.kubernetes.io/enforce": "privileged",
    "pod-security.kubernetes.io/warn": "baseline",
    "pod-security.kubernetes.io/warn-version": "v1.25",
    "pod-security.kubernetes.io/audit": "restricted",
  });
  const { warnings, annotations } = await ask(podSecurity, { reader, on: "pods", object: pod("labelled", privileged) });
  assert.deepEqual(warnings, ['would violate PodSecurity "baseline:v1.25": privileged (container "web" must not set securityContext.privileged=true)']);
  assert.equal(annotations.get("pod-security.kubernetes.io/enforce-policy"), "privileged:latest");
  assert.match(annotations.get("pod-security.kubernetes.io/audit-violations")!, /^would violate PodSecurity "restricted:latest"/);
  const namespace = (labels: Record<string, string>) => ({ metadata: { name: "x", labels } });
  await assert.rejects(
    ask(podSecurity, { reader, on: "namespaces", object: namespace({ "pod-security.kubernetes.io/enforce": "open" }) }),
    says(422, 'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "open": must be one of privileged, baseline, restricted'),
  );
  reader.put("", "pods", { metadata: { namespace: "x", name: "a" }, spec: privileged } as KubeObject);
  reader.put("", "pods", { metadata: { namespace: "x", name: "b" }, spec: privileged } as KubeObject);
  const old = namespace({ "pod-security.kubernetes.io/enforce": "privileged" });
  const object = namespace({ "pod-security.kubernetes.io/enforce": "baseline" });
  assert.deepEqual((await ask(podSecurity, { reader, on: "namespaces", operation: "UPDATE", old, object })).warnings, [
    'existing pods in namespace "x" violate the new PodSecurity enforce level "baseline:latest"',
    "a (and 1 other pod): privileged",
  ]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, says } from "../../../test/support/admission.ts";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../api/kind.ts";
import type { PersistentVolumeClaim, Pod } from "../../api/tables/core-v1.ts";
import type { Ingress } from "../../api/tables/networking-v1.ts";
import { defaultIngressClass, defaultStorageClass } from "./default-classes.ts";
import { podTopologyLabels } from "./pod-topology-labels.ts";
import { runtimeClass } from "./runtime-class.ts";

const object = (more: object) => more as KubeObject;
const pod = (spec: object): Pod => ({ metadata: { namespace: "a", name: "p" }, spec });

test("RuntimeClass: overhead and place are the class's, and can't be claimed without it", async () => {
  const reader = new MemoryReader();
  const tolerated = { key: "gpu", operator: "Exists" };
  reader.put(
    "node.k8s.io",
    "runtimeclasses",
    object({
      metadata: { name: "vm" },
      handler: "vm",
      overhead: { podFixed: { cpu: "250m" } },
      scheduling: { nodeSelector: { vm: "yes" }, tolerations: [tolerated, { key: "gpu", operator: "Equal", value: "x" }] },
    }),
  );
  const ok = pod({ runtimeClassName: "vm", nodeSelector: { zone: "a" } });
  await ask(runtimeClass, { reader, on: "pods", object: ok });
  assert.deepEqual(ok.spec, { runtimeClassName: "vm", overhead: { cpu: "250m" }, nodeSelector: { zone: "a", vm: "yes" }, tolerations: [tolerated] });
  await ask(runtimeClass, { reader, on: "pods", object: pod({ runtimeClassName: "vm", overhead: { cpu: "0.25" } }) });
  const refused = (spec: object, why: string) => assert.rejects(ask(runtimeClass, { reader, on: "pods", object: pod(spec) }), says(403, why));
  await refused({ runtimeClassName: "vm", overhead: { cpu: "1" } }, "doesn't match RuntimeClass's defined Overhead");
  await refused(
    { runtimeClassName: "vm", nodeSelector: { vm: "no" } },
    "conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no",
  );
  await refused({ runtimeClassName: "none" }, 'pod rejected: RuntimeClass "none" not found');
  await refused({ overhead: { cpu: "1" } }, "without corresponding RuntimeClass");
});

test("a claim and an ingress without a class get the newest default; a class that is given, or empty, stays", async () => {
  const reader = new MemoryReader();
  for (const [name, creationTimestamp] of [
    ["old", "2026-01-01T00:00:00Z"],
    ["new", "2026-02-01T00:00:00Z"],
  ] as const) {
    reader.put(
      "storage.k8s.io",
      "storageclasses",
      object({ metadata: { name, creationTimestamp, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } } }),
    );
    reader.put(
      "networking.k8s.io",
      "ingressclasses",
      object({ metadata: { name, creationTimestamp, annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } } }),
    );
  }
  const claim = async (spec: object) => {
    const given: PersistentVolumeClaim = { metadata: { name: "c" }, spec };
    await ask(defaultStorageClass, { reader, on: "persistentvolumeclaims", object: given });
    return given.spec!.storageClassName;
  };
  assert.deepEqual([await claim({}), await claim({ storageClassName: "" }), await claim({ storageClassName: "x" })], ["new", "", "x"]);
  const ingress: Ingress = { metadata: { name: "i" }, spec: {} };
  await ask(defaultIngressClass, { reader, on: "ingresses.networking.k8s.io", object: ingress });
  assert.equal(ingress.spec?.ingressClassName, "new");
});

test("PodTopologyLabels gives a pod its node's zone and region, by its binding too", async () => {
  const reader = new MemoryReader();
  reader.put("", "nodes", object({ metadata: { name: "n", labels: { "topology.kubernetes.io/zone": "z", other: "o" } } }));
  const bound = pod({ nodeName: "n" });
  await ask(podTopologyLabels, { reader, on: "pods", object: bound });
  assert.deepEqual(bound.metadata.labels, { "topology.kubernetes.io/zone": "z" });
  const binding = { metadata: { name: "p", labels: { a: "b" } }, target: { kind: "Node", name: "n" } };
  await ask(podTopologyLabels, { reader, on: "pods/binding", object: binding });
  assert.deepEqual(binding.metadata.labels, { a: "b", "topology.kubernetes.io/zone": "z" });
});

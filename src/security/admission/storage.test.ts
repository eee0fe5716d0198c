import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, says } from "../../../test/support/admission.ts";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../api/kind.ts";
import { persistentVolumeClaimResize } from "./claim-resize.ts";
import { storageObjectInUseProtection } from "./storage-protection.ts";

test("what holds data gets its finalizer once", async () => {
  const reader = new MemoryReader();
  const finalizers = async (on: string, given: string[]) => {
    const object: KubeObject = { metadata: { name: "x", finalizers: given } };
    await ask(storageObjectInUseProtection, { reader, on, object });
    return object.metadata.finalizers;
  };
  assert.deepEqual(await finalizers("persistentvolumes", []), ["kubernetes.io/pv-protection"]);
  assert.deepEqual(await finalizers("persistentvolumeclaims", ["a.b/c", "kubernetes.io/pvc-protection"]), ["a.b/c", "kubernetes.io/pvc-protection"]);
  assert.deepEqual(await finalizers("volumeattributesclasses.storage.k8s.io", []), ["kubernetes.io/vac-protection"]);
  assert.deepEqual(await finalizers("persistentvolumeclaims/status", []), []);
});

test("a claim grows when it is bound and its class can grow, and may always stay as it is", async () => {
  const reader = new MemoryReader();
  const storageClass = (name: string, allowVolumeExpansion: boolean) =>
    reader.put("storage.k8s.io", "storageclasses", { metadata: { name }, allowVolumeExpansion } as KubeObject);
  storageClass("elastic", true);
  storageClass("stiff", false);
  const claim = (storage: string, storageClassName: string, phase: string) => ({
    metadata: { name: "c" },
    spec: { storageClassName, resources: { requests: { storage } } },
    status: { phase },
  });
  const grow = (name: string, phase: string, to = "2Gi") =>
    ask(persistentVolumeClaimResize, {
      reader,
      on: "persistentvolumeclaims",
      operation: "UPDATE",
      object: claim(to, name, phase),
      old: claim("1Gi", name, phase),
    });
  await grow("elastic", "Bound");
  await grow("stiff", "Pending", "1024Mi");
  await assert.rejects(grow("elastic", "Pending"), says(403, "Only bound persistent volume claims can be expanded"));
  for (const name of ["stiff", "none", ""]) await assert.rejects(grow(name, "Bound"), says(403, "only dynamically provisioned pvc can be resized"));
});

/** StorageObjectInUseProtection: volumes, claims and volume attributes classes go only when nobody uses them; controllers take the finalizers off. */

import type { AdmissionPlugin } from "./plugin.ts";

const FINALIZERS: ReadonlyMap<string, string> = new Map([
  ["persistentvolumes", "kubernetes.io/pv-protection"],
  ["persistentvolumeclaims", "kubernetes.io/pvc-protection"],
  ["volumeattributesclasses", "kubernetes.io/vac-protection"],
]);

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  on: ["persistentvolumes", "persistentvolumeclaims", "volumeattributesclasses.storage.k8s.io"],
  operations: ["CREATE"],
  mutate({ object, resource, subresource }) {
    const finalizer = FINALIZERS.get(resource.resource);
    if (!object || !finalizer || subresource !== "") return;
    const { finalizers = [] } = object.metadata;
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
  },
};

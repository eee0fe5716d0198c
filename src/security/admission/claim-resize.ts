/** PersistentVolumeClaimResize: only a bound claim grows, and only where its storage class says that volumes can. */

import type { PersistentVolumeClaim } from "../../api/tables/core-v1.ts";
import type { StorageClass } from "../../api/tables/storage-v1.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { refused } from "./refuse.ts";

const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: "PersistentVolumeClaimResize",
  on: ["persistentvolumeclaims"],
  operations: ["UPDATE"],
  validate(request) {
    const [next, last] = [request.object as PersistentVolumeClaim, request.old as PersistentVolumeClaim];
    if (sizeOf(next).compare(sizeOf(last)) <= 0) return;
    if (last.status?.phase !== "Bound") throw refused(request, "Only bound persistent volume claims can be expanded");
    const name = classOf(next);
    const found = name && name === classOf(last) ? request.reader.get<StorageClass>("storage.k8s.io", "storageclasses", "", name) : undefined;
    if (found?.allowVolumeExpansion) return;
    throw refused(request, "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
  },
};

function sizeOf({ spec }: PersistentVolumeClaim) {
  return parseQuantity(spec?.resources?.requests?.storage ?? "0");
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? "";
}

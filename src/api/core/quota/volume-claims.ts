/** How claims of volumes count: their number and their size, in all and by storage class. [Kubernetes pkg/quota/v1/evaluator/core/persistent_volume_claims.go] */

import type { Quantity } from "../../../machinery/quantity/quantity.ts";
import { amount } from "../../meta/resource-list.ts";
import type { PersistentVolumeClaim } from "../../tables/core-v1.ts";
import { matchesValue } from "./match-value.ts";
import { type Evaluator, ONE, type Usage } from "./usage.ts";

const COUNT = "count/persistentvolumeclaims";
const BY_CLASS = ".storageclass.storage.k8s.io/";
const NAMES = ["persistentvolumeclaims", "requests.storage"];
/** Once an annotation, still heeded where it stands. */
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

export const volumeClaimEvaluator: Evaluator = {
  group: "",
  resource: "persistentvolumeclaims",
  names: (hard) => hard.filter((name) => name === COUNT || NAMES.some((own) => name === own || name.endsWith(BY_CLASS + own))).toSorted(),
  handles({ subresource, next, last }) {
    if (subresource === "") return true;
    if (subresource !== "status" || !last) return false;
    const [now, before] = [next as PersistentVolumeClaim, last as PersistentVolumeClaim];
    return now.status?.allocatedResources?.storage !== before.status?.allocatedResources?.storage || classesOf(now).join() !== classesOf(before).join();
  },
  matchesScope: (selector, claim) => selector.scopeName === "VolumeAttributesClass" && matchesValue(selector, classesOf(claim as PersistentVolumeClaim)),
  usage(object) {
    const claim = object as PersistentVolumeClaim;
    const usage: Usage = new Map([
      ["persistentvolumeclaims", ONE],
      [COUNT, ONE],
    ]);
    const storageClass = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec?.storageClassName ?? "";
    if (storageClass) usage.set(`${storageClass}${BY_CLASS}persistentvolumeclaims`, ONE);
    const size = sizeOf(claim);
    if (size) usage.set("requests.storage", size);
    if (size && storageClass) usage.set(`${storageClass}${BY_CLASS}requests.storage`, size);
    return usage;
  },
};

/** What is asked for, or what was given where that is more. */
function sizeOf({ spec, status }: PersistentVolumeClaim): Quantity | undefined {
  const asked = amount(spec?.resources?.requests, "storage");
  const given = amount(status?.allocatedResources, "storage");
  const size = asked && given && given.compare(asked) > 0 ? given : asked;
  return size?.roundUp(0);
}

/** The volume attributes classes that the claim has, wants or is being given, sorted. */
function classesOf({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [spec?.volumeAttributesClassName, status?.currentVolumeAttributesClassName, status?.modifyVolumeStatus?.targetVolumeAttributesClassName];
  return [...new Set(names.filter((name) => name !== undefined && name !== ""))].toSorted() as string[];
}

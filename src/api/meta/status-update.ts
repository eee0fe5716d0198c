/** Helpers of rules for subresources: what an endpoint doesn't own is put back as it was. */

import type { KubeObject, Metadata } from "../kind.ts";

/** Metadata that endpoints other than an object's own leave alone. [k8s.io/apimachinery ResetObjectMetaForStatus] */
const KEPT = [
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "labels",
  "annotations",
  "finalizers",
  "ownerReferences",
] as const satisfies readonly (keyof Metadata)[];

export function keepMetadata(next: KubeObject, last: KubeObject): void {
  for (const name of KEPT) copyMember(next.metadata, last.metadata, name);
}

/** Sets a member to what it was, or removes it where it wasn't. */
export function copyMember<T extends object, K extends keyof T>(next: T, last: T, name: K): void {
  if (last[name] === undefined) delete next[name];
  else next[name] = last[name];
}

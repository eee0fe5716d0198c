/** Finalizers that keep what is in use from going: put on what lacks them, taken from what is to go and is used no more. */

import type { KubeObject } from "../api/kind.ts";

/** @returns the patch of the metadata, or undefined where all is as it should be */
export function protectionPatch({ metadata }: KubeObject, finalizer: string, isUsed: () => boolean): { readonly metadata: object } | undefined {
  const { uid, resourceVersion, deletionTimestamp, finalizers = [] } = metadata;
  const has = finalizers.includes(finalizer);
  if (deletionTimestamp === undefined) return has ? undefined : { metadata: { uid, resourceVersion, finalizers: [...finalizers, finalizer] } };
  if (!has || isUsed()) return undefined;
  return { metadata: { uid, resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) } };
}

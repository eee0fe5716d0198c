/** The garbage collector may always set what lets an object go. [Kubernetes pkg/registry/rbac IsOnlyMutatingGCFields] */

import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../api/kind.ts";

/** @returns whether a change leaves all but owners and finalizers as it was; false for a new object */
export function changesOnlyOwnership(next: KubeObject, last: KubeObject | undefined): boolean {
  if (!last) return false;
  const bare = ({ metadata, ...rest }: KubeObject) => {
    const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _fields, ...kept } = metadata;
    return { ...rest, metadata: kept };
  };
  return isDeepStrictEqual(bare(next), bare(last));
}

/** References from what a controller made to what it made it for. */

import type { KubeObject } from "../api/kind.ts";
import type { ResourceName } from "../api/resource.ts";

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: boolean;
  blockOwnerDeletion: boolean;
}

/** @returns the reference that makes `owner` the one controller of what carries it */
export function controllerReference(resource: ResourceName, owner: KubeObject): OwnerReference {
  const { name = "", uid = "" } = owner.metadata;
  return { apiVersion: resource.apiVersion, kind: resource.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The deletion of a CustomResourceDefinition: it waits until its objects are gone (k8s.io/apiextensions-apiserver pkg/registry/customresourcedefinition/etcd.go). */

import type { KubeObject } from "../kind.ts";
import type { CustomResourceDefinition } from "../tables/apiextensions-v1.ts";

export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

/** Marks a definition that has just been deleted; its time of deletion is set already. */
export function terminateDefinition(object: KubeObject): void {
  const definition = object as CustomResourceDefinition;
  const { metadata } = definition;
  if (!metadata.finalizers?.includes(CLEANUP_FINALIZER)) metadata.finalizers = [...(metadata.finalizers ?? []), CLEANUP_FINALIZER];
  const pending = {
    type: "Terminating",
    status: "True",
    lastTransitionTime: metadata.deletionTimestamp,
    reason: "InstanceDeletionPending",
    message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
  };
  const others = (definition.status?.conditions ?? []).filter(({ type }) => type !== "Terminating");
  definition.status = { ...(definition.status ?? { acceptedNames: { plural: "", kind: "" } }), conditions: [...others, pending as (typeof others)[number]] };
}

/**
 * Which fields an endpoint has nothing to do with: what a write sends there isn't taken, and so isn't owned either
 * (k8s.io/kubernetes pkg/registry, strategies' GetResetFields).
 */

import type { ResourceTable } from "../../machinery/schema/table.ts";

const STATUS: readonly string[] = ["status"];
const SPEC: readonly string[] = ["spec"];
const SPEC_AND_METADATA: readonly string[] = ["spec", "metadata"];

/** Kinds whose status endpoint owns no metadata either. */
const STATUS_WITHOUT_METADATA: ReadonlySet<string> = new Set([
  "apiservices",
  "csinodes",
  "devicetaintrules",
  "flowschemas",
  "podcertificaterequests",
  "prioritylevelconfigurations",
  "resourceclaims",
  "servicecidrs",
  "storageversionmigrations",
  "validatingadmissionpolicies",
  "volumeattachments",
]);

const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  "deployments/status": ["spec", "metadata.labels"],
  "pods/status": ["spec", "metadata.deletionTimestamp", "metadata.ownerReferences"],
  "certificatesigningrequests/": ["spec", "status"],
  "certificatesigningrequests/status": ["spec", "status.conditions"],
  "certificatesigningrequests/approval": ["spec", "status.certificate"],
};

/** Endpoints that own nothing but these; `*` stands for any item. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  "pods/ephemeralcontainers": ["spec.ephemeralContainers"],
  "pods/resize": ["containers", "initContainers"].flatMap((list) => [`spec.${list}.*.resources`, `spec.${list}.*.resizePolicy`]),
};

/** What an endpoint owns: all but `resetFields`, or only `ownFields`; always the same arrays for the same endpoint. */
export interface EndpointFields {
  readonly resetFields?: readonly string[] | undefined;
  readonly ownFields?: readonly string[] | undefined;
}

/** @param subresource empty for the object's own endpoint */
export function endpointFields({ resource, subresources }: ResourceTable, subresource: string): EndpointFields {
  const endpoint = `${resource}/${subresource}`;
  const exception = EXCEPTIONS[endpoint];
  if (exception !== undefined) return { resetFields: exception };
  if (subresource === "status") return { resetFields: STATUS_WITHOUT_METADATA.has(resource) ? SPEC_AND_METADATA : SPEC };
  const only = ONLY[endpoint];
  if (only !== undefined) return { ownFields: only };
  return subresources.some(({ name }) => name === "status") ? { resetFields: STATUS } : {};
}

/** Which names of resources may stand where. [Kubernetes pkg/apis/core/helper, pkg/apis/core/validation] */

import { isQualifiedName } from "../../../machinery/names.ts";
import { type FieldError, invalid, notSupported } from "../../../machinery/status/field-error.ts";
import { complain } from "../../meta/checks.ts";
import { isHugePages, isNative, isPodLevel } from "../../meta/resource-names.ts";

const COMPUTE = ["cpu", "memory", "ephemeral-storage"];
const QUOTA: ReadonlySet<string> = new Set([
  ...COMPUTE,
  ...COMPUTE.map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
  "requests.storage",
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "persistentvolumeclaims",
  "configmaps",
  "services.nodeports",
  "services.loadbalancers",
]);
const isQuotaHugePages = (name: string): boolean => name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");

/** Names of another domain than Kubernetes' own, which aren't requests of a quota either. */
export function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith("requests.") && isQualifiedName(`requests.${name}`).length === 0;
}

export function resourceName(field: string, name: string): FieldError[] {
  const errors = complain(field, name, isQualifiedName(name));
  if (errors.length > 0 || name.includes("/") || QUOTA.has(name) || name === "storage" || isQuotaHugePages(name)) return errors;
  return [invalid(field, name, "must be a standard resource type or fully qualified")];
}

export function containerResourceName(field: string, name: string): FieldError[] {
  const errors = resourceName(field, name);
  if (!name.includes("/")) {
    return COMPUTE.includes(name) || isHugePages(name) ? errors : [...errors, invalid(field, name, "must be a standard resource for containers")];
  }
  return isNative(name) || isExtended(name) ? errors : [...errors, invalid(field, name, "doesn't follow extended resource name standard")];
}

export function podResourceName(field: string, name: string): FieldError[] {
  const errors = resourceName(field, name);
  return errors.length > 0 || isPodLevel(name) ? errors : [notSupported(field, name, ["cpu", "hugepages-", "memory"])];
}

/** Names that quotas know without a domain. */
export const isQuotaResource = (name: string): boolean => QUOTA.has(name) || isQuotaHugePages(name);

export function quotaResourceName(field: string, name: string): FieldError[] {
  const errors = resourceName(field, name);
  return name.includes("/") || isQuotaResource(name) ? errors : [...errors, invalid(field, name, "must be a standard resource for quota")];
}

/** References to the pod's own fields and its containers' resources (the downward API). */

import { parseQuantity } from "../../../../machinery/quantity/quantity.ts";
import { type FieldError, invalid, notSupported, required } from "../../../../machinery/status/field-error.ts";
import { qualifiedName } from "../../../meta/checks.ts";
import type { ObjectFieldSelector, ResourceFieldSelector } from "../../../tables/core-v1.ts";

/** Every field that a reference of any kind may name. */
const KNOWN: ReadonlySet<string> = new Set([
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.serviceAccountName",
  "spec.schedulerName",
  "status.phase",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
]);
const RESOURCES = ["limits", "requests"].flatMap((list) => ["cpu", "memory", "ephemeral-storage"].map((name) => `${list}.${name}`));
const BYTES = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/** @param supported the fields that may be referred to here, beside single labels and annotations */
export function fieldRefErrors(at: string, { apiVersion, fieldPath }: ObjectFieldSelector, supported: readonly string[]): FieldError[] {
  if (!apiVersion) return [required(`${at}.apiVersion`, "")];
  if (!fieldPath) return [required(`${at}.fieldPath`, "")];
  const cannot = (why: string) => [invalid(`${at}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`)];
  if (apiVersion !== "v1") return cannot(`unsupported pod version: ${apiVersion}`);
  const subscript = /^(.+?)\['(.*)'\]$/s.exec(fieldPath);
  if (subscript) {
    const [, path, key = ""] = subscript;
    if (path === "metadata.annotations") return qualifiedName(at, key.toLowerCase());
    return path === "metadata.labels" ? qualifiedName(at, key) : cannot(`field label does not support subscript: ${fieldPath}`);
  }
  const path = fieldPath === "spec.host" ? "spec.nodeName" : fieldPath;
  if (!KNOWN.has(path)) return cannot(`field label not supported: ${fieldPath}`);
  return supported.includes(path) ? [] : [notSupported(`${at}.fieldPath`, path, supported)];
}

/** @param inVolume where there is no container of its own, so that it must be named */
export function resourceRefErrors(at: string, ref: ResourceFieldSelector, inVolume: boolean): FieldError[] {
  const { containerName, resource, divisor } = ref;
  const errors: FieldError[] = [];
  if (inVolume && !containerName) errors.push(required(`${at}.containerName`, ""));
  else if (!resource) errors.push(required(`${at}.resource`, ""));
  else if (!RESOURCES.includes(resource) && !isHugePages(resource)) errors.push(notSupported(`${at}.resource`, resource, RESOURCES));
  return [...errors, ...divisorErrors(`${at}.divisor`, resource ?? "", divisor)];
}

function isHugePages(resource: string): boolean {
  return resource.startsWith("requests.hugepages-") || resource.startsWith("limits.hugepages-");
}

function divisorErrors(field: string, resource: string, divisor: string | undefined): FieldError[] {
  if (!divisor || parseQuantity(divisor).isZero()) return [];
  const name = resource.replace(/^(?:limits|requests)\./, "");
  if (name === "cpu")
    return divisor === "1m" || divisor === "1" ? [] : [invalid(field, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  const word = name === "memory" ? "memory" : name === "ephemeral-storage" ? "local ephemeral storage" : isHugePages(resource) ? "hugepages" : undefined;
  if (!word || BYTES.includes(divisor)) return [];
  return [invalid(field, resource, `only divisor's values ${BYTES.join(", ")} are supported with the ${word} resource`)];
}

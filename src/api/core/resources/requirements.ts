/** Requests and limits of containers, pods and whatever else has them. [Kubernetes pkg/apis/core/validation validateResourceRequirements] */

import { parseQuantity } from "../../../machinery/quantity/quantity.ts";
import { duplicate, type FieldError, forbiddenField, invalid, required } from "../../../machinery/status/field-error.ts";
import { dnsLabel } from "../../meta/checks.ts";
import { isHugePages, isOvercommitAllowed } from "../../meta/resource-names.ts";
import type { ResourceClaim, ResourceRequirements } from "../../tables/core-v1.ts";
import { isWholePages, quantityErrors } from "./quantities.ts";

type NameCheck = (field: string, name: string) => FieldError[];

/** @param claims the names of the pod's resource claims */
export function requirementErrors(
  at: string,
  requirements: ResourceRequirements | undefined,
  nameErrors: NameCheck,
  claims: ReadonlySet<string>,
): FieldError[] {
  if (!requirements) return [];
  const { limits = {}, requests = {} } = requirements;
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(limits)) errors.push(...oneErrors(`${at}.limits[${name}]`, name, value, nameErrors));
  for (const [name, value] of Object.entries(requests)) {
    const field = `${at}.requests[${name}]`;
    errors.push(...nameErrors(field, name), ...quantityErrors(field, name, value), ...limitErrors(at, name, value, limits), ...pageErrors(field, name, value));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((name) => name === "cpu" || name === "memory")) errors.push(forbiddenField(at, "HugePages require cpu or memory"));
  return [...errors, ...claimErrors(`${at}.claims`, requirements.claims ?? [], claims)];
}

function oneErrors(field: string, name: string, value: string, nameErrors: NameCheck): FieldError[] {
  return [...nameErrors(field, name), ...quantityErrors(field, name, value), ...pageErrors(field, name, value)];
}

function pageErrors(field: string, name: string, value: string): FieldError[] {
  if (!isHugePages(name) || isWholePages(name, value)) return [];
  return [invalid(field, value, `${value} is not positive integer multiple of ${name}`)];
}

function limitErrors(at: string, name: string, request: string, limits: Readonly<Record<string, string>>): FieldError[] {
  const overcommits = isOvercommitAllowed(name);
  if (!Object.hasOwn(limits, name)) return overcommits ? [] : [required(`${at}.limits`, "Limit must be set for non overcommitable resources")];
  const limit = limits[name] as string;
  const difference = parseQuantity(request).compare(parseQuantity(limit));
  if (difference !== 0 && !overcommits) return [invalid(`${at}.requests`, request, `must be equal to ${name} limit of ${limit}`)];
  return difference > 0 ? [invalid(`${at}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`)] : [];
}

/** A container uses whole claims of its pod, or single requests of them, each once. */
function claimErrors(at: string, claims: readonly ResourceClaim[], podClaims: ReadonlySet<string>): FieldError[] {
  const used = new Set<string>();
  return claims.flatMap(({ name = "", request }, i) => {
    const field = `${at}[${i}]`;
    if (name === "") return [required(field, "")];
    const errors: FieldError[] = [];
    if (used.has(name)) errors.push(duplicate(field, name));
    else {
      if (request) errors.push(...dnsLabel(`${field}.request`, request));
      const key = request ? `${name}/${request}` : name;
      if (used.has(key)) errors.push(duplicate(field, key));
      else if (!request) for (const other of used) if (other.startsWith(`${name}/`)) errors.push(duplicate(field, name));
      used.add(key);
    }
    if (podClaims.has(name)) return errors;
    const known = podClaims.size === 0 ? " which is empty" : `: ${[...podClaims].sort().join(", ")}`;
    const message = `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${known}`;
    return [...errors, { type: "FieldValueNotFound", field, message }];
  });
}

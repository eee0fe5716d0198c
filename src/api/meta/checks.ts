/** Checks that the rules of many kinds make, in Kubernetes' words. Each returns what it finds, nothing for a good value. */

import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName, isValidLabelValue, isValidPortName, isValidPortNumber } from "../../machinery/names.ts";
import { equal } from "../../machinery/plain.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import type { Int64 } from "../../machinery/schema/int64.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required, tooLong } from "../../machinery/status/field-error.ts";
import type { LabelSelector, LabelSelectorRequirement, ObjectMeta } from "../tables/meta-v1.ts";

export type Errors = readonly FieldError[];

export const NEGATIVE = "must be greater than or equal to 0";
export const IMMUTABLE = "field is immutable";
export const NOT_POSITIVE = "must be greater than zero";
const ANNOTATIONS_BYTES_MAX = 256 << 10;

/** One error for each complaint about a value. */
export function complain(field: string, value: unknown, complaints: readonly string[]): FieldError[] {
  return complaints.map((complaint) => invalid(field, value ?? "", complaint));
}

export function nonNegative(field: string, value: Int64 | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(field, value, NEGATIVE)] : [];
}

export function positive(field: string, value: Int64 | undefined): FieldError[] {
  return (value ?? 0) <= 0 ? [invalid(field, value ?? 0, NOT_POSITIVE)] : [];
}

export function nonNegativeQuantity(field: string, value: string): FieldError[] {
  return parseQuantity(value).unscaled < 0n ? [invalid(field, value, NEGATIVE)] : [];
}

/** Absent and empty are the same. */
export function immutable(field: string, next: unknown, last: unknown): FieldError[] {
  return same(next, last) ? [] : [invalid(field, next, IMMUTABLE)];
}

/** Equality as Kubernetes' semantic one: nil and empty lists and maps are equal. */
export function same(a: unknown, b: unknown): boolean {
  return equal(withoutEmpty(a), withoutEmpty(b));
}

/** @returns a copy without lists and maps that are empty; undefined for what is empty itself. An empty struct stays: `emptyDir: {}` says something. */
function withoutEmpty(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => withoutEmpty(item) ?? null);
  if (typeof value !== "object") return value;
  const isMap = Object.getPrototypeOf(value) === null; // So the decoder makes them, because their keys are users'.
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value)) {
    const kept = withoutEmpty(member);
    if (kept !== undefined) copy[key] = kept;
  }
  return isMap && Object.keys(copy).length === 0 ? undefined : copy;
}

/** An enumeration that must be set. @param supported in the order in which the message lists them */
export function oneOf(field: string, value: string | undefined, supported: readonly string[], detail = ""): FieldError[] {
  if (!value) return [required(field, detail)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported, "given")];
}

/** An enumeration that may be left out. */
export function optionalOneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported, "given")];
}

export const dnsLabel = (field: string, value: string): FieldError[] => complain(field, value, isDNS1123Label(value));
export const dnsSubdomain = (field: string, value: string): FieldError[] => complain(field, value, isDNS1123Subdomain(value));
export const qualifiedName = (field: string, value: string): FieldError[] => complain(field, value, isQualifiedName(value));

/** A port's number or the name of one. */
export function portNumberOrName(field: string, value: number | string | undefined): FieldError[] {
  return complain(field, value ?? 0, typeof value === "string" ? isValidPortName(value) : isValidPortNumber(value ?? 0));
}

/** Labels, also as selectors: all under the field of the map itself. */
export function labels(field: string, map: Readonly<Record<string, string>> | undefined): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(map ?? {})) errors.push(...qualifiedName(field, key), ...complain(field, value, isValidLabelValue(value)));
  return errors;
}

/** Metadata of templates, of which only labels and annotations are copied: what else says something is refused. */
export function notOfTemplates(field: string, metadata: ObjectMeta = {}): FieldError[] {
  return Object.entries(metadata).flatMap(([name, value]) => {
    if (name === "labels" || name === "annotations" || value === "" || (name === "generation" && Number(value) === 0)) return [];
    return [forbiddenField(`${field}.${name === "uid" ? "uID" : name}`, "cannot be set")];
  });
}

/** Annotations of templates; those of objects are checked with the rest of their metadata. */
export function annotations(field: string, map: Readonly<Record<string, string>> | undefined): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(map ?? {})) {
    errors.push(...complain(field, key, isQualifiedName(key.toLowerCase())));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes > ANNOTATIONS_BYTES_MAX ? [...errors, tooLong(field, ANNOTATIONS_BYTES_MAX)] : errors;
}

/** Annotations that are handed to someone else: each key must have a domain. */
export function domainKeys(field: string, map: Readonly<Record<string, string>>): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(map)) {
    const lower = key.toLowerCase();
    const complaints = lower === "" ? [] : isQualifiedName(lower);
    if (lower === "") errors.push(required(field, ""));
    else if (complaints.length === 0 && !lower.includes("/")) errors.push(invalid(field, lower, 'must be a domain-prefixed key (such as "acme.io/foo")'));
    errors.push(...complain(field, lower, complaints));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes > ANNOTATIONS_BYTES_MAX ? [...errors, tooLong(field, ANNOTATIONS_BYTES_MAX)] : errors;
}

export function labelSelector(field: string, selector: LabelSelector | undefined): FieldError[] {
  if (!selector) return [];
  const requirements = (selector.matchExpressions ?? []).flatMap((one, i) => labelRequirement(`${field}.matchExpressions[${i}]`, one));
  return [...labels(`${field}.matchLabels`, selector.matchLabels), ...requirements];
}

function labelRequirement(field: string, { key, operator, values = [] }: LabelSelectorRequirement): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0) errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0) errors.push(forbiddenField(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else errors.push(invalid(`${field}.operator`, operator ?? "", "not a valid selector operator"));
  errors.push(...qualifiedName(`${field}.key`, key));
  for (const [i, value] of values.entries()) errors.push(...complain(`${field}.values[${i}]`, value, isValidLabelValue(value)));
  return errors;
}

/** Whether a selector has no requirement, and so selects everything. */
export function selectsAll(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length;
}

/** What may change in a claim. [Kubernetes pkg/apis/core/validation ValidatePersistentVolumeClaimUpdate, …StatusUpdate] */

import { isQualifiedName } from "../../../machinery/names.ts";
import { parseQuantity, Quantity } from "../../../machinery/quantity/quantity.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../../machinery/status/field-error.ts";
import { changedFields } from "../../meta/changed-fields.ts";
import { complain, IMMUTABLE, immutable, nonNegativeQuantity } from "../../meta/checks.ts";
import { amount } from "../../meta/resource-list.ts";
import { isNative } from "../../meta/resource-names.ts";
import { sameStruct } from "../../meta/semantic.ts";
import { copyMember } from "../../meta/status-update.ts";
import { schema } from "../../schemas.ts";
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "../../tables/core-v1.ts";
import { CLASS } from "./cells.ts";
import { copySource } from "./claim-source.ts";

const SPEC = "core.v1.PersistentVolumeClaimSpec";
const RESIZES = ["ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"];

export function claimChangeErrors(next: PersistentVolumeClaim, last: PersistentVolumeClaim): FieldError[] {
  const before = { ...last.spec };
  copySource(before);
  const now = { ...next.spec };
  const errors: FieldError[] = [];
  if (!before.volumeName) copyMember(before, now, "volumeName"); // Binding sets it, once.
  errors.push(...classChanges(now, next, last));
  if (next.status?.phase === "Bound") {
    copyMember(now, before, "volumeAttributesClassName");
    if (now.resources?.requests) now.resources = { ...now.resources, requests: { ...now.resources.requests, storage: storage(last).toString() } };
  }
  if (!sameStruct(SPEC, now, before)) {
    const what = changedFields(schema(SPEC), before, now);
    errors.push(forbiddenField("spec", `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${what}`));
  }
  const size = storage(next);
  if (size.compare(storage(last)) < 0 && size.compare(amount(last.status?.capacity, "storage") ?? Quantity.zero) <= 0) {
    errors.push(forbiddenField("spec.resources.requests.storage", "field can not be less than status.capacity"));
  }
  return [...errors, ...immutable("volumeMode", next.spec.volumeMode, last.spec.volumeMode), ...attributesChanges(next, last)];
}

function storage({ spec }: PersistentVolumeClaim): Quantity {
  return amount(spec.resources?.requests, "storage") ?? Quantity.zero;
}

/**
 * A class may be set where there was none, and an old annotation be replaced by the field.
 * @param now the next spec, in which an allowed change is undone
 */
function classChanges(now: PersistentVolumeClaimSpec, next: PersistentVolumeClaim, last: PersistentVolumeClaim): FieldError[] {
  const before = last.metadata.annotations?.[CLASS];
  const after = next.metadata.annotations?.[CLASS];
  const name = now.storageClassName;
  if (before !== undefined && last.spec.storageClassName === undefined && name === before && (after === undefined || after === before)) {
    delete now.storageClassName;
    return [];
  }
  if (name !== undefined && last.spec.storageClassName === undefined && (before === undefined || name === before)) delete now.storageClassName;
  return (before ?? "") === (after ?? "") ? [] : [invalid(`metadata.annotations.${CLASS}`, after ?? "", IMMUTABLE)];
}

function attributesChanges(next: PersistentVolumeClaim, last: PersistentVolumeClaim): FieldError[] {
  const name = next.spec.volumeAttributesClassName;
  if (name === last.spec.volumeAttributesClassName || last.status?.currentVolumeAttributesClassName === undefined || name) return [];
  const to = name === undefined ? "nil" : "empty string";
  return [forbiddenField("spec.volumeAttributesClassName", `update to ${to} is forbidden when status.currentVolumeAttributesClassName is not nil`)];
}

export function claimStatusErrors({ spec, status = {} }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = spec.accessModes?.length ? [] : [required("Spec.accessModes", "")];
  for (const [name, value] of Object.entries(status.capacity ?? {})) errors.push(...valid(`status.capacity[${name}]`, value));
  for (const [name, value] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    errors.push(...claimResourceName("status.allocatedResourceStatuses", name));
    if (!RESIZES.includes(value)) errors.push(notSupported("status.allocatedResourceStatuses", name, RESIZES, "given"));
  }
  for (const [name, value] of Object.entries(status.allocatedResources ?? {})) {
    const wrong = claimResourceName("status.allocatedResources", name);
    const amiss = valid(`status.allocatedResources[${name}]`, value);
    errors.push(...wrong);
    if (wrong.length === 0) errors.push(...(amiss.length > 0 ? amiss : nonNegativeQuantity(`status.allocatedResources[${name}]`, value)));
  }
  return errors;
}

function valid(field: string, text: string): FieldError[] {
  const value = parseQuantity(text).value();
  return value < 0n ? [invalid(field, value, "must be a valid resource quantity")] : [];
}

function claimResourceName(field: string, name: string): FieldError[] {
  const errors = complain(field, name, isQualifiedName(name));
  return errors.length > 0 || !isNative(name) || name === "storage" ? errors : [notSupported(field, name, ["storage"])];
}

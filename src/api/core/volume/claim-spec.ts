/** What a claim asks for, in claims themselves and in templates of them. [Kubernetes pkg/apis/core/validation ValidatePersistentVolumeClaimSpec] */

import { isDNS1123Label, isDNS1123Subdomain } from "../../../machinery/names.ts";
import { parseQuantity } from "../../../machinery/quantity/quantity.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../../machinery/status/field-error.ts";
import { annotations, complain, labelSelector, labels, NOT_POSITIVE, notOfTemplates, optionalOneOf } from "../../meta/checks.ts";
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate, TypedObjectReference } from "../../tables/core-v1.ts";

const ACCESS_MODES: readonly string[] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

export function claimSpecErrors(at: string, spec: PersistentVolumeClaimSpec): FieldError[] {
  const { accessModes = [], storageClassName, dataSource, dataSourceRef, volumeAttributesClassName } = spec;
  return [
    ...(accessModes.length > 0 ? [] : [required(`${at}.accessModes`, "at least 1 access mode is required")]),
    ...labelSelector(`${at}.selector`, spec.selector),
    ...accessModeErrors(`${at}.accessModes`, accessModes),
    ...storageErrors(`${at}.resources[storage]`, spec.resources?.requests),
    ...className(`${at}.storageClassName`, storageClassName),
    ...optionalOneOf(`${at}.volumeMode`, spec.volumeMode, ["Block", "Filesystem"]),
    ...(dataSource ? sourceErrors(`${at}.dataSource`, dataSource) : []),
    ...(dataSourceRef ? sourceErrors(`${at}.dataSourceRef`, dataSourceRef) : []),
    ...sameSourceErrors(at, spec),
    ...className(`${at}.volumeAttributesClassName`, volumeAttributesClassName),
  ];
}

export function accessModeErrors(field: string, modes: readonly string[]): FieldError[] {
  const errors = modes.filter((mode) => !ACCESS_MODES.includes(mode)).map((mode) => notSupported(field, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== "ReadWriteOncePod" && ACCESS_MODES.includes(mode));
  return modes.includes("ReadWriteOncePod") && others ? [...errors, forbiddenField(field, "may not use ReadWriteOncePod with other access modes")] : errors;
}

function storageErrors(field: string, requests: Readonly<Record<string, string>> | undefined): FieldError[] {
  const size = requests?.storage;
  if (size === undefined) return [required(field, "")];
  return parseQuantity(size).unscaled > 0n ? [] : [invalid(field, size, NOT_POSITIVE)];
}

export function className(field: string, name: string | undefined): FieldError[] {
  return name ? complain(field, name, isDNS1123Subdomain(name)) : [];
}

function sourceErrors(at: string, { apiGroup = "", kind = "", name, namespace }: TypedObjectReference): FieldError[] {
  return [
    ...(name ? [] : [required(`${at}.name`, "")]),
    ...(kind ? [] : [required(`${at}.kind`, "")]),
    ...(apiGroup || kind === "PersistentVolumeClaim" ? [] : [invalid(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")]),
    ...(apiGroup ? complain(`${at}.apiGroup`, apiGroup, isDNS1123Subdomain(apiGroup)) : []),
    ...(namespace ? complain(`${at}.namespace`, namespace, isDNS1123Label(namespace)) : []),
  ];
}

function sameSourceErrors(at: string, { dataSource: old, dataSourceRef: ref }: PersistentVolumeClaimSpec): FieldError[] {
  if (!old || !ref) return [];
  if (ref.namespace) return [invalid(at, {}, "may not be specified when dataSourceRef.namespace is specified")];
  const same = old.apiGroup === ref.apiGroup && old.kind === ref.kind && old.name === ref.name;
  return same ? [] : [invalid(at, {}, "must match dataSourceRef")];
}

/** @param at the template's own field. Of metadata it may have labels and annotations and nothing else. */
export function claimTemplateErrors(at: string, { metadata = {}, spec }: PersistentVolumeClaimTemplate): FieldError[] {
  return [
    ...annotations(`${at}.metadata.annotations`, metadata.annotations),
    ...labels(`${at}.metadata.labels`, metadata.labels),
    ...notOfTemplates(`${at}.metadata`, metadata),
    ...claimSpecErrors(`${at}.spec`, spec),
  ];
}

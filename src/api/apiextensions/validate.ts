/** Validation of CustomResourceDefinitions (k8s.io/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go). */

import { isDNS1035Label, isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { immutable, oneOf } from "../meta/checks.ts";
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from "../tables/apiextensions-v1.ts";
import { APPROVED, approvalOf, isProtectedGroup } from "./approval.ts";
import { partsOf } from "./internal.ts";
import { type Leniency, leniencyOf, STRICT } from "./leniency.ts";
import { conversionErrors } from "./validate-conversion.ts";
import { nameErrors } from "./validate-names.ts";
import { rootSchemaErrors } from "./validate-root-schema.ts";
import { columnErrors, deprecationErrors, scaleErrors, selectableErrors } from "./validate-version.ts";

export function definitionErrors(definition: CustomResourceDefinition): FieldError[] {
  const { metadata, spec } = definition;
  const expected = `${spec.names.plural ?? ""}.${spec.group ?? ""}`;
  const name = (["generateName", "name"] as const)
    .filter((member) => metadata[member] && metadata[member] !== expected)
    .map((member) => invalid(`metadata.${member}`, metadata[member], 'must be spec.names.plural+"."+spec.group'));
  return [
    ...name,
    ...specErrors(spec, STRICT),
    ...statusErrors(definition),
    ...storedErrors(definition),
    ...approvalErrors(definition),
    ...preserveErrors(spec),
  ];
}

export function definitionUpdateErrors(next: CustomResourceDefinition, last: CustomResourceDefinition): FieldError[] {
  const { spec } = next;
  const errors = specErrors(spec, leniencyOf(last));
  if (last.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True")) {
    errors.push(...immutable("spec.scope", spec.scope, last.spec.scope), ...immutable("spec.names.kind", spec.names.kind, last.spec.names.kind));
  }
  errors.push(...immutable("spec.group", spec.group, last.spec.group), ...immutable("spec.names.plural", spec.names.plural, last.spec.names.plural));
  errors.push(...statusErrors(next), ...storedErrors(next), ...approvalErrors(next, last));
  return last.spec.preserveUnknownFields ? errors : [...errors, ...preserveErrors(spec)];
}

export function statusErrors({ status }: CustomResourceDefinition): FieldError[] {
  return status ? nameErrors("status.acceptedNames", status.acceptedNames) : [];
}

function specErrors(spec: CustomResourceDefinitionSpec, lenient: Leniency): FieldError[] {
  const versions = spec.versions ?? [];
  const parts = partsOf(spec);
  const errors = [...groupErrors(spec.group), ...oneOf("spec.scope", spec.scope, ["Cluster", "Namespaced"])];
  for (const [i, { schema, served }] of versions.entries()) {
    const at = `spec.versions[${i}].schema.openAPIV3Schema`;
    if (schema?.openAPIV3Schema) continue;
    if (!lenient.withoutSchema) errors.push(required(at, ""));
    else if (!spec.preserveUnknownFields && served) errors.push(required(at, "because otherwise all fields are pruned"));
  }
  for (const [i, version] of versions.entries()) {
    const complaints = isDNS1035Label(version.name);
    if (complaints.length > 0) errors.push(invalid(`spec.versions[${i}].name`, version.name, complaints.join(",")));
    errors.push(...deprecationErrors(`spec.versions[${i}].deprecationWarning`, version));
  }
  for (const { at, value, version } of parts.schemas) {
    const all = parts.schemas.length === 1 ? versions : [version];
    const hasStatus = all.some(({ subresources }) => subresources?.status);
    const unchanged = all.every(({ name }) => lenient.unchanged?.(name, value) ?? false);
    if (value) errors.push(...rootSchemaErrors(at, value, { hasStatus, unchanged }, lenient));
  }
  for (const { at, value } of parts.subresources) errors.push(...scaleErrors(at, value));
  for (const { at, value } of parts.columns) for (const [i, column] of value.entries()) errors.push(...columnErrors(`${at}[${i}]`, column));
  for (const { at, value, schema } of parts.selectable) errors.push(...selectableErrors(at, value, schema, lenient));
  errors.push(...versionListErrors(spec), ...requiredNames(spec), ...nameErrors("spec.names", spec.names));
  if (spec.preserveUnknownFields && spec.conversion && spec.conversion.strategy !== "None") {
    errors.push(invalid("spec.conversion.strategy", spec.conversion.strategy, "must be None if spec.preserveUnknownFields is true"));
  }
  return [...errors, ...conversionErrors("spec.conversion", spec.conversion, lenient)];
}

function groupErrors(group: string): FieldError[] {
  if (!group) return [required("spec.group", "")];
  const complaints = isDNS1123Subdomain(group);
  if (complaints.length > 0) return [invalid("spec.group", group, complaints.join(","))];
  return group.includes(".") ? [] : [invalid("spec.group", group, "should be a domain with at least one dot")];
}

function versionListErrors({ versions = [] }: CustomResourceDefinitionSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (new Set(versions.map(({ name }) => name)).size < versions.length) errors.push(invalid("spec.versions", versions, "must contain unique version names"));
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalid("spec.versions", versions, "must have exactly one version marked as storage version"));
  }
  const [first] = versions;
  const complaints = first?.name ? isDNS1035Label(first.name) : [];
  if (complaints.length > 0) errors.push(invalid("spec.version", first!.name, complaints.join(",")));
  return errors;
}

function requiredNames({ names }: CustomResourceDefinitionSpec): FieldError[] {
  return (["plural", "singular", "kind", "listKind"] as const).filter((member) => !names[member]).map((member) => required(`spec.names.${member}`, ""));
}

function storedErrors({ spec, status }: CustomResourceDefinition): FieldError[] {
  const at = "status.storedVersions";
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) return [invalid(at, stored, "must have at least one stored version")];
  const names = (spec.versions ?? []).map(({ name }) => name);
  const missing = (spec.versions ?? []).filter(({ storage, name }) => storage && !stored.includes(name));
  return [
    ...missing.map(({ name }) => invalid(at, stored, `must have the storage version ${name}`)),
    ...stored.flatMap((name, i) => (names.includes(name) ? [] : [invalid(`${at}[${i}]`, name, stillStored(name))])),
  ];
}

function stillStored(name: string): string {
  return `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
}

function approvalErrors(next: CustomResourceDefinition, last?: CustomResourceDefinition): FieldError[] {
  if (!isProtectedGroup(next.spec.group)) return [];
  const { state, reason } = approvalOf(next.metadata.annotations);
  if (last && approvalOf(last.metadata.annotations).state === state) return [];
  const at = `metadata.annotations[${APPROVED}]`;
  if (state === "missing") return [required(at, reason)];
  return state === "invalid" ? [invalid(at, next.metadata.annotations?.[APPROVED], reason)] : [];
}

function preserveErrors({ preserveUnknownFields }: CustomResourceDefinitionSpec): FieldError[] {
  if (!preserveUnknownFields) return [];
  const why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
  return [invalid("spec.preserveUnknownFields", true, why)];
}

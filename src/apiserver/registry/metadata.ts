/** Validation of metadata, the same for every kind (k8s.io/apimachinery pkg/api/validation/objectmeta.go). */

import type { Kind, Metadata } from "../../api/kind.ts";
import { isDNS1123Label, isDNS1123Subdomain, isPathSegmentName, isQualifiedName, isValidLabelValue } from "../../machinery/names.ts";
import { equal } from "../../machinery/plain.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required, tooLong } from "../../machinery/status/field-error.ts";

const ANNOTATIONS_BYTES_MAX = 256 << 10;
const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/** Groups in which a finalizer may be any word: all others check them once more. */
const WITH_PLAIN_FINALIZERS: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "policy",
]);

/** Kinds whose updates are checked as new objects are, with the prefix of a name that was generated. */
const CHECKED_WHOLE: ReadonlySet<string> = new Set(
  (
    "clusterrolebindings clusterroles configmaps controllerrevisions csinodes csistoragecapacities deviceclasses endpoints endpointslices flowschemas ingressclasses ipaddresses limitranges " +
    "namespaces nodes persistentvolumeclaims persistentvolumes prioritylevelconfigurations replicationcontrollers resourceclaims resourceclaimtemplates rolebindings roles " +
    "runtimeclasses secrets serviceaccounts storageclasses storageversionmigrations volumeattachments volumeattributesclasses"
  ).split(" "),
);

/** Kinds whose names alone are declared to be checked; of a prefix only what no name may have is. */
const NAME_ALONE: ReadonlySet<string> = new Set(["deviceclasses", "replicationcontrollers"]);

/** Finalizers that need no domain: those of deletion itself, and the one that namespaces had from the beginning. */
const OWN_FINALIZERS: ReadonlySet<string> = new Set([ORPHAN, FOREGROUND, "kubernetes"]);

/** @returns what is wrong with the metadata of a new object, whose name has been settled */
export function createErrors(kind: Kind, metadata: Metadata): FieldError[] {
  const validateName = kind.rules.validateName ?? isDNS1123Subdomain;
  const errors = prefixErrors(kind, metadata);
  if (!metadata.name) errors.push(required("metadata.name", "name or generateName is required"));
  else for (const complaint of validateName(metadata.name)) errors.push(invalid("metadata.name", metadata.name, complaint));
  errors.push(...namespaceErrors(kind, metadata), ...commonErrors(kind, metadata));
  return errors;
}

/** A kind may allow any name, but none that no path could hold. */
export function bareNameErrors({ name = "" }: Metadata): FieldError[] {
  return isPathSegmentName(name).map((complaint) => invalid("metadata.name", name, complaint));
}

/** What the server would make a name from. */
function prefixErrors(kind: Kind, { generateName = "" }: Metadata): FieldError[] {
  if (generateName === "" || NAME_ALONE.has(kind.resource)) return [];
  const validateName = kind.rules.validateName ?? isDNS1123Subdomain;
  const base = generateName.length > 1 && generateName.endsWith("-") ? `${generateName.slice(0, -2)}a` : generateName;
  return validateName(base).map((complaint) => invalid("metadata.generateName", generateName, complaint));
}

/** What no name may have, at its beginning neither. */
export function barePrefixErrors({ generateName = "" }: Metadata): FieldError[] {
  if (generateName === "." || generateName === "..") return [];
  return isPathSegmentName(generateName).map((complaint) => invalid("metadata.generateName", generateName, complaint));
}

/** @returns what is wrong with the metadata of an update, whose unset members have been filled in from the last object */
export function updateErrors(kind: Kind, next: Metadata, last: Metadata): FieldError[] {
  const errors: FieldError[] = [];
  if (!next.name) errors.push(required("metadata.name", "name or generateName is required"));
  else errors.push(...bareNameErrors(next));
  errors.push(...barePrefixErrors(next));
  if (CHECKED_WHOLE.has(kind.resource)) errors.push(...prefixErrors(kind, next));
  errors.push(...namespaceErrors(kind, next), ...commonErrors(kind, next));
  const changes = changeErrors(next, last);
  if (isDeclared(kind)) return [...errors, ...changes];
  const again = [...changes, ...labelErrors(next), ...annotationErrors(next.annotations), ...ownerErrors(next.ownerReferences), ...entryErrors(next)];
  return [...errors, ...again, ...again]; // Both of the two that look at a change say so.
}

/** Kinds that have declared validation beside that in code: all but those of the two servers that Kubernetes has in front of and behind its own. */
export function isDeclared({ form, group }: Kind): boolean {
  return !form && group !== "apiextensions.k8s.io" && group !== "apiregistration.k8s.io";
}

function changeErrors(next: Metadata, last: Metadata): FieldError[] {
  const errors: FieldError[] = [];
  if (last.deletionTimestamp) {
    const added = (next.finalizers ?? []).filter((one) => !last.finalizers?.includes(one)).toSorted();
    if (added.length > 0) {
      const shown = `[]string{${added.map((one) => JSON.stringify(one)).join(", ")}}`;
      errors.push(forbiddenField("metadata.finalizers", `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`));
    }
  }
  if (!next.resourceVersion) errors.push(invalid("metadata.resourceVersion", "", "must be specified for an update"));
  for (const field of ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const) {
    if (!equal(next[field], last[field])) errors.push(invalid(`metadata.${field}`, next[field], "field is immutable"));
  }
  return errors;
}

function namespaceErrors(kind: Kind, { namespace }: Metadata): FieldError[] {
  if (!kind.namespaced) return namespace ? [forbiddenField("metadata.namespace", "not allowed on this type")] : [];
  if (!namespace) return [required("metadata.namespace", "")];
  return isDNS1123Label(namespace).map((complaint) => invalid("metadata.namespace", namespace, complaint));
}

function commonErrors(kind: Kind, metadata: Metadata): FieldError[] {
  const errors: FieldError[] = [];
  if (metadata.generation !== undefined && metadata.generation < 0) {
    errors.push(invalid("metadata.generation", metadata.generation, "must be greater than or equal to 0"));
  }
  errors.push(...labelErrors(metadata));
  errors.push(...annotationErrors(metadata.annotations));
  errors.push(...ownerErrors(metadata.ownerReferences));
  errors.push(...finalizerErrors(kind, metadata.finalizers));
  errors.push(...entryErrors(metadata));
  return errors;
}

function labelErrors({ labels }: Metadata): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    for (const complaint of isQualifiedName(key)) errors.push(invalid("metadata.labels", key, complaint));
    const value = labels[key]!;
    for (const complaint of isValidLabelValue(value)) errors.push(invalid("metadata.labels", value, complaint));
  }
  return errors;
}

function entryErrors({ managedFields }: Metadata): FieldError[] {
  const errors: FieldError[] = [];
  for (const [at, entry] of (managedFields ?? []).entries()) {
    const field = `metadata.managedFields[${at}]`;
    if (!entry.operation) errors.push(required(`${field}.operation`, "must not be empty"));
    else if (entry.operation !== "Apply" && entry.operation !== "Update") errors.push(notSupported(`${field}.operation`, entry.operation, ["Apply", "Update"]));
    if (entry.fieldsType && entry.fieldsType !== "FieldsV1") errors.push(invalid(`${field}.fieldsType`, entry.fieldsType, "must be `FieldsV1`"));
  }
  return errors;
}

function annotationErrors(annotations: Readonly<Record<string, string>> | undefined): FieldError[] {
  if (!annotations) return [];
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key in annotations) {
    for (const complaint of isQualifiedName(key.toLowerCase())) errors.push(invalid("metadata.annotations", key, complaint));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]!);
  }
  if (bytes > ANNOTATIONS_BYTES_MAX) errors.push(tooLong("metadata.annotations", ANNOTATIONS_BYTES_MAX));
  return errors;
}

function ownerErrors(owners: Metadata["ownerReferences"]): FieldError[] {
  if (!owners) return [];
  const errors: FieldError[] = [];
  let controller = "";
  for (const [at, owner] of owners.entries()) {
    const field = `metadata.ownerReferences[${at}]`;
    if (!owner.apiVersion) errors.push(required(`${field}.apiVersion`, "must not be empty"));
    else if (!/^(?:[^/]+\/)?[^/]+$/.test(owner.apiVersion)) {
      errors.push(invalid(`${field}.apiVersion`, owner.apiVersion, "must be <group>/<version> or <version>"));
    }
    for (const member of ["kind", "name", "uid"] as const) if (!owner[member]) errors.push(required(`${field}.${member}`, "must not be empty"));
    if (owner.apiVersion === "v1" && owner.kind === "Event") errors.push(invalid(field, owner, "/v1, Kind=Event is disallowed from being an owner"));
    if (!owner.controller) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (controller) {
      const found = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid("metadata.ownerReferences", owners, found));
    } else controller = name;
  }
  return errors;
}

function finalizerErrors(kind: Kind, finalizers: readonly string[] | undefined): FieldError[] {
  if (!finalizers) return [];
  const errors: FieldError[] = [];
  for (const [at, finalizer] of finalizers.entries()) {
    for (const complaint of isQualifiedName(finalizer)) errors.push(invalid("metadata.finalizers", finalizer, complaint));
    if (!kind.form && !WITH_PLAIN_FINALIZERS.has(kind.group) && !kind.rules.metadataLast && !finalizer.includes("/") && !OWN_FINALIZERS.has(finalizer)) {
      errors.push(invalid(`metadata.finalizers[${at}]`, finalizer, "name is neither a standard finalizer name nor is it fully qualified"));
    }
  }
  if (finalizers.includes(ORPHAN) && finalizers.includes(FOREGROUND)) {
    errors.push(invalid("metadata.finalizers", finalizers, `finalizer ${ORPHAN} and ${FOREGROUND} cannot be both set`));
  }
  return errors;
}

/** StorageClasses: kinds of volumes that someone may ask for. */

import { duplicate, type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { IMMUTABLE, optionalOneOf, qualifiedName, same } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type { TopologySelectorLabelRequirement, TopologySelectorTerm } from "../tables/core-v1.ts";
import type { StorageClass as StorageClassType } from "../tables/storage-v1.ts";
import { parameterErrors, providerErrors } from "./parameters.ts";

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";
const IS_DEFAULT_BEFORE = "storageclass.beta.kubernetes.io/is-default-class";
const FIXED = ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] as const satisfies readonly (keyof StorageClassType)[];

export const StorageClass = kind<StorageClassType>("storage.k8s.io/v1", "storageclasses", {
  defaults(one) {
    one.reclaimPolicy ??= "Delete";
    one.volumeBindingMode ??= "Immediate";
  },
  validate: ({ provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies }) => [
    ...providerErrors("provisioner", provisioner),
    ...parameterErrors("parameters", parameters),
    ...optionalOneOf("reclaimPolicy", reclaimPolicy || undefined, ["Delete", "Retain"]),
    ...optionalOneOf("volumeBindingMode", volumeBindingMode, ["Immediate", "WaitForFirstConsumer"]),
    ...topologyErrors(allowedTopologies ?? []),
  ],
  validateUpdate: (next, last) => FIXED.flatMap((name) => (same(next[name], last[name]) ? [] : [invalid(name, null, IMMUTABLE)])), // The messages have no values there.
  columns: [
    { ...nameColumn, value: ({ metadata: { name = "", annotations } }) => (isDefault(annotations) ? `${name} (default)` : name) },
    column("Provisioner", "string", "Who makes its volumes.", ({ provisioner }) => provisioner ?? ""),
    column("ReclaimPolicy", "string", "What becomes of a volume that is given back.", ({ reclaimPolicy }) => reclaimPolicy ?? "Delete"),
    column("VolumeBindingMode", "string", "When a volume is made.", ({ volumeBindingMode }) => volumeBindingMode ?? "Immediate"),
    column("AllowVolumeExpansion", "string", "Whether its volumes may grow.", ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false),
    ageColumn,
  ],
});

/** In the older of Kubernetes' ways: each that says so, not only the newest of a list. */
function isDefault(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return annotations?.[IS_DEFAULT] === "true" || annotations?.[IS_DEFAULT_BEFORE] === "true";
}

function topologyErrors(terms: readonly TopologySelectorTerm[]): FieldError[] {
  const seen = new Set<string>();
  return terms.flatMap(({ matchLabelExpressions: expressions = [] }, i) => {
    const at = `allowedTopologies[${i}].matchLabelExpressions`;
    const byKey = new Map(expressions.map(({ key = "", values = [] }) => [key, [...new Set(values)].sort()]));
    const canonical = JSON.stringify([...byKey].sort());
    const twice = seen.has(canonical) || byKey.size === 0 ? [duplicate(at, "")] : []; // An empty term counts as one that was there before.
    seen.add(canonical);
    return [...expressions.flatMap((expression, j) => expressionErrors(`${at}[${j}]`, expression, expressions.slice(0, j))), ...twice];
  });
}

function expressionErrors(
  at: string,
  { key = "", values = [] }: TopologySelectorLabelRequirement,
  earlier: readonly TopologySelectorLabelRequirement[],
): FieldError[] {
  return [
    ...(values.length === 0 ? [required(`${at}.values`, "")] : []),
    ...values.flatMap((value, i) => (values.indexOf(value) < i ? [duplicate(`${at}.values[${i}]`, value)] : [])),
    ...qualifiedName(`${at}.key`, key),
    ...(earlier.some((one) => (one.key ?? "") === key) ? [duplicate(`${at}.key`, key)] : []),
  ];
}

/** What is wrong with the spec of a job, by itself or in a template. [Kubernetes pkg/apis/batch/validation/validation.go] */

import { type FieldError, invalid, notSupported, required, tooLong } from "../../machinery/status/field-error.ts";
import { templateErrors } from "../core/pod/validate/template.ts";
import { nonNegative } from "../meta/checks.ts";
import { domainPrefixedPath } from "../meta/domains.ts";
import type { JobSpec } from "../tables/batch-v1.ts";
import { failurePolicyErrors, successPolicyErrors } from "./validate-policies.ts";

const MANAGER_BYTES_MAX = 63;
const INDEXED_MAX = 100_000;
const HIGH_INDEXED_MAX = 10_000;
const COUNTS = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
] as const satisfies readonly (keyof JobSpec)[];

export function jobSpecErrors(at: string, spec: JobSpec): FieldError[] {
  return [
    ...COUNTS.flatMap((name) => nonNegative(`${at}.${name}`, spec[name])),
    ...(spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined
      ? [required(`${at}.backoffLimitPerIndex`, "when maxFailedIndexes is specified")]
      : []),
    ...(spec.managedBy === undefined ? [] : managerErrors(`${at}.managedBy`, spec.managedBy)),
    ...modeErrors(at, spec),
    ...failurePolicyErrors(`${at}.podFailurePolicy`, spec),
    ...successPolicyErrors(`${at}.successPolicy`, spec),
    ...replacementErrors(`${at}.podReplacementPolicy`, spec),
    ...templateErrors(`${at}.template`, spec.template),
    ...restartErrors(`${at}.template.spec.restartPolicy`, spec),
  ];
}

function managerErrors(field: string, manager: string): FieldError[] {
  const errors = domainPrefixedPath(field, manager);
  return Buffer.byteLength(manager) > MANAGER_BYTES_MAX ? [...errors, tooLong(field, MANAGER_BYTES_MAX)] : errors;
}

function modeErrors(at: string, spec: JobSpec): FieldError[] {
  const { completionMode: mode = "NonIndexed", backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (mode === "Indexed") return indexedErrors(at, spec);
  if (mode !== "NonIndexed") return [notSupported(`${at}.completionMode`, mode, ["NonIndexed", "Indexed"], "given")];
  const needs = "requires indexed completion mode";
  return [
    ...(backoffLimitPerIndex === undefined ? [] : [invalid(`${at}.backoffLimitPerIndex`, backoffLimitPerIndex, needs)]),
    ...(maxFailedIndexes === undefined ? [] : [invalid(`${at}.maxFailedIndexes`, maxFailedIndexes, needs)]),
  ];
}

/** The text of completed and failed indexes must not grow beyond what an object holds. */
function indexedErrors(at: string, { completions, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex }: JobSpec): FieldError[] {
  const errors: FieldError[] = [];
  const most = (name: string, value: number, max: number, when: string) => {
    if (value > max) errors.push(invalid(`${at}.${name}`, value, `must be less than or equal to ${max}${when}`));
  };
  if (completions === undefined) errors.push(required(`${at}.completions`, "when completion mode is Indexed"));
  most("parallelism", parallelism, INDEXED_MAX, " when completion mode is Indexed");
  if (failed !== undefined && completions !== undefined && failed > completions) {
    errors.push(invalid(`${at}.maxFailedIndexes`, failed, "must be less than or equal to completions"));
  }
  most("maxFailedIndexes", failed ?? 0, INDEXED_MAX, "");
  if ((completions ?? 0) <= INDEXED_MAX || backoffLimitPerIndex === undefined) return errors;
  if (failed === undefined) errors.push(required(`${at}.maxFailedIndexes`, `must be specified when completions is above ${INDEXED_MAX}`));
  const when = ` when completions are above ${INDEXED_MAX} and used with backoff limit per index`;
  most("parallelism", parallelism, HIGH_INDEXED_MAX, when);
  most("maxFailedIndexes", failed ?? 0, HIGH_INDEXED_MAX, when);
  return errors;
}

function replacementErrors(field: string, { podReplacementPolicy: policy, podFailurePolicy }: JobSpec): FieldError[] {
  const supported = podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"];
  return policy === undefined || supported.includes(policy) ? [] : [notSupported(field, policy, supported)];
}

/** Pods that are always restarted never end. */
function restartErrors(field: string, { template, podFailurePolicy }: JobSpec): FieldError[] {
  const { restartPolicy = "" } = template.spec;
  if (restartPolicy === "" || restartPolicy === "Always") return [required(field, 'valid values: "OnFailure", "Never"')];
  if (restartPolicy !== "OnFailure" && restartPolicy !== "Never") return [notSupported(field, restartPolicy, ["OnFailure", "Never"], "given")];
  return podFailurePolicy && restartPolicy !== "Never" ? [invalid(field, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')] : [];
}

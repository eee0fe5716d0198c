/** When a container is started again (KEP-753, KEP-5307). */

import { type FieldError, invalid, notSupported, required, tooMany } from "../../../../machinery/status/field-error.ts";
import { optionalOneOf } from "../../../meta/checks.ts";
import type { Container } from "../../../tables/core-v1.ts";
import { isRestartable } from "../aggregate.ts";

const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;

/** @param at the container's field */
export function restartPolicyErrors(at: string, { restartPolicy, restartPolicyRules: rules = [] }: Container): FieldError[] {
  const errors: FieldError[] = [];
  if (restartPolicy === undefined) {
    if (rules.length === 0) return [];
    errors.push(required(`${at}.restartPolicy`, "must specify restartPolicy when restart rules are used"));
  } else errors.push(...optionalOneOf(`${at}.restartPolicy`, restartPolicy, ["Always", "Never", "OnFailure"]));
  if (rules.length > RULES_MAX) errors.push(tooMany(`${at}.restartPolicyRules`, rules.length, RULES_MAX));
  for (const [i, { action = "", exitCodes }] of rules.entries()) {
    const field = `${at}.restartPolicyRules[${i}]`;
    errors.push(...optionalOneOf(`${field}.action`, action, ["Restart", "RestartAllContainers"]));
    if (!exitCodes) {
      errors.push(required(`${field}.exitCodes`, "must be specified"));
      continue;
    }
    errors.push(...optionalOneOf(`${field}.exitCodes.operator`, exitCodes.operator ?? "", ["In", "NotIn"]));
    const codes = exitCodes.values?.length ?? 0;
    if (codes > EXIT_CODES_MAX) errors.push(tooMany(`${field}.exitCodes.values`, codes, EXIT_CODES_MAX));
  }
  return errors;
}

/** Init containers may leave the policy out even where they have none of the rules. */
export function initRestartPolicyErrors(at: string, container: Container): FieldError[] {
  if (container.restartPolicy === undefined && container.restartPolicyRules?.length) {
    return [required(`${at}.restartPolicy`, "must specify restartPolicy when restart rules are used")];
  }
  return container.restartPolicy === undefined ? [] : restartPolicyErrors(at, container);
}

/** What a change of a container's resources does to it (KEP-1287). @param field the list's own */
export function resizePolicyErrors(field: string, { resizePolicy }: Pick<Container, "resizePolicy">, podRestartPolicy: string | undefined): FieldError[] {
  const seen = new Set<string>();
  return (resizePolicy ?? []).flatMap(({ resourceName = "", restartPolicy = "" }, i) => {
    const errors: FieldError[] = [];
    if (seen.has(resourceName))
      errors.push({ type: "FieldValueDuplicate", field: `${field}[${i}]`, message: `Duplicate value: ${JSON.stringify(resourceName)}` });
    seen.add(resourceName);
    errors.push(...member(field, resourceName, ["cpu", "memory"]), ...member(field, restartPolicy, ["NotRequired", "RestartContainer"]));
    if (podRestartPolicy === "Never" && restartPolicy !== "NotRequired") {
      errors.push(invalid(field, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
    return errors;
  });
}

function member(field: string, value: string, supported: readonly string[]): FieldError[] {
  if (value === "") return [required(field, "")];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

/** An init container that isn't a sidecar has ended before anyone could restart it for a resize. */
export function initResizePolicyErrors(at: string, container: Container): FieldError[] {
  if (isRestartable(container)) return [];
  return (container.resizePolicy ?? []).flatMap(({ restartPolicy }, i) => {
    if (restartPolicy !== "RestartContainer") return [];
    return [invalid(`${at}.resizePolicy[${i}].restartPolicy`, restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers")];
  });
}

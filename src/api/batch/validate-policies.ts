/** When a job's failed pods count, and when enough have succeeded (KEP-3329, KEP-3998). */

import { duplicate, type FieldError, invalid, invalidState, notSupported, required, tooLong, tooMany } from "../../machinery/status/field-error.ts";
import { nonNegative, qualifiedName } from "../meta/checks.ts";
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from "../tables/batch-v1.ts";
import { countOf, parseIndexes } from "./indexes.ts";

const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;
const PATTERNS_MAX = 20;
const INDEXES_BYTES_MAX = 64 << 10;
const ACTIONS: readonly string[] = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS: readonly string[] = ["In", "NotIn"];
const STATUSES: readonly string[] = ["False", "True", "Unknown"];

/** An enumeration whose message, where nothing is said, lists what might be. */
function oneOfListed(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (!value) return [required(field, `valid values: [${supported.map((one) => JSON.stringify(one)).join(" ")}]`)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

export function failurePolicyErrors(at: string, spec: JobSpec): FieldError[] {
  if (!spec.podFailurePolicy) return [];
  const { rules = [] } = spec.podFailurePolicy;
  const { containers = [], initContainers = [] } = spec.template.spec;
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  return [
    ...(rules.length > RULES_MAX ? [tooMany(`${at}.rules`, rules.length, RULES_MAX)] : []),
    ...rules.flatMap((rule, i) => failureRuleErrors(`${at}.rules[${i}]`, rule, spec.backoffLimitPerIndex !== undefined, names)),
  ];
}

function failureRuleErrors(at: string, rule: PodFailurePolicyRule, perIndex: boolean, names: ReadonlySet<string>): FieldError[] {
  const { action, onExitCodes, onPodConditions: patterns = [] } = rule;
  const errors = oneOfListed(`${at}.action`, action, ACTIONS);
  if (action === "FailIndex" && !perIndex) errors.push(invalid(`${at}.action`, action, "requires the backoffLimitPerIndex to be set"));
  if (onExitCodes) errors.push(...exitCodeErrors(`${at}.onExitCodes`, onExitCodes, names));
  errors.push(...patternErrors(`${at}.onPodConditions`, patterns));
  if (onExitCodes && patterns.length > 0) errors.push(invalidState(at, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (!onExitCodes && patterns.length === 0) errors.push(invalidState(at, "specifying one of OnExitCodes and OnPodConditions is required"));
  return errors;
}

function patternErrors(at: string, patterns: readonly PodFailurePolicyOnPodConditionsPattern[]): FieldError[] {
  const many = patterns.length > PATTERNS_MAX ? [tooMany(at, patterns.length, PATTERNS_MAX)] : [];
  const each = patterns.flatMap(({ type = "", status }, i) => [
    ...qualifiedName(`${at}[${i}].type`, type),
    ...oneOfListed(`${at}[${i}].status`, status, STATUSES),
  ]);
  return [...many, ...each];
}

function exitCodeErrors(at: string, requirement: PodFailurePolicyOnExitCodesRequirement, names: ReadonlySet<string>): FieldError[] {
  const { containerName, operator, values = [] } = requirement;
  const errors = oneOfListed(`${at}.operator`, operator, OPERATORS);
  if (containerName !== undefined && !names.has(containerName)) {
    errors.push(invalid(`${at}.containerName`, containerName, "must be one of the container or initContainer names in the pod template"));
  }
  const field = `${at}.values`;
  if (values.length === 0) errors.push(invalid(field, requirement.values, "at least one value is required"));
  else if (values.length > EXIT_CODES_MAX) errors.push(tooMany(field, values.length, EXIT_CODES_MAX));
  for (const [i, value] of values.entries()) {
    if (operator === "In" && value === 0) errors.push(invalid(`${field}[${i}]`, value, "must not be 0 for the In operator"));
    if (values.indexOf(value) < i) errors.push(duplicate(`${field}[${i}]`, value));
  }
  const ordered = values.every((value, i) => i === 0 || (values[i - 1] as number) <= value);
  return ordered ? errors : [...errors, invalid(field, values, "must be ordered")];
}

export function successPolicyErrors(at: string, { successPolicy, completionMode, completions = 0 }: JobSpec): FieldError[] {
  if (!successPolicy) return [];
  if (completionMode !== "Indexed") return [invalid(at, successPolicy, "requires indexed completion mode")];
  const { rules = [] } = successPolicy;
  return [
    ...(rules.length === 0 ? [required(`${at}.rules`, "at least one rules must be specified when the successPolicy is specified")] : []),
    ...(rules.length > RULES_MAX ? [tooMany(`${at}.rules`, rules.length, RULES_MAX)] : []),
    ...rules.flatMap((rule, i) => successRuleErrors(`${at}.rules[${i}]`, rule, completions)),
  ];
}

function successRuleErrors(at: string, { succeededCount: count, succeededIndexes: indexes }: SuccessPolicyRule, completions: number): FieldError[] {
  if (count === undefined && indexes === undefined) return [required(at, "at least one of succeededCount or succeededIndexes must be specified")];
  const errors: FieldError[] = [];
  let total = 0;
  if (indexes !== undefined) {
    const field = `${at}.succeededIndexes`;
    if (Buffer.byteLength(indexes) > INDEXES_BYTES_MAX) errors.push(tooLong(field, INDEXES_BYTES_MAX));
    const { intervals, problem } = parseIndexes(indexes, completions);
    if (problem) errors.push(invalid(field, indexes, `error parsing succeededIndexes: ${problem}`));
    else total = countOf(intervals);
  }
  if (count === undefined) return errors;
  const field = `${at}.succeededCount`;
  const most = (max: number, what: string) => (count > max ? [invalid(field, count, `must be less than or equal to ${max} (${what})`)] : []);
  errors.push(...nonNegative(field, count), ...most(completions, "the number of specified completions"));
  return indexes === undefined ? errors : [...errors, ...most(total, "the number of indexes in the specified succeededIndexes field")];
}

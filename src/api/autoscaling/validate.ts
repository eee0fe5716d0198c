/** What is wrong with an autoscaler. [Kubernetes pkg/apis/autoscaling/validation/validation.go] */

import { isPathSegmentName } from "../../machinery/names.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { complain, nonNegative, nonNegativeQuantity, optionalOneOf, positive } from "../meta/checks.ts";
import type { CrossVersionObjectReference, HorizontalPodAutoscalerSpec, HPAScalingPolicy, HPAScalingRules, MetricSpec } from "../tables/autoscaling-v2.ts";
import { metricErrors } from "./validate-metrics.ts";

const WINDOW_SECONDS_MAX = 3600;
const PERIOD_SECONDS_MAX = 1800;
const POLICY_TYPES: readonly string[] = ["Percent", "Pods"];

/** @param last of before a change: what it scaled then it may scale still */
export function specErrors(spec: HorizontalPodAutoscalerSpec, last: HorizontalPodAutoscalerSpec | undefined): FieldError[] {
  const { minReplicas, maxReplicas = 0, scaleTargetRef: target, metrics = [], behavior } = spec;
  return [
    ...nonNegative("spec.minReplicas", minReplicas),
    ...maxErrors(minReplicas, maxReplicas),
    ...targetErrors(target, last?.scaleTargetRef),
    ...metrics.flatMap((metric, i) => metricErrors(`spec.metrics[${i}]`, metric)),
    ...(minReplicas === 0 && !metrics.some(measuresWithoutPods)
      ? [forbiddenField("spec.metrics", "must specify at least one Object or External metric to support scaling to zero replicas")]
      : []),
    ...ruleErrors("spec.behavior.scaleUp", behavior?.scaleUp),
    ...ruleErrors("spec.behavior.scaleDown", behavior?.scaleDown),
  ];
}

function measuresWithoutPods({ type }: MetricSpec): boolean {
  return type === "Object" || type === "External";
}

function maxErrors(min: number | undefined, max: number): FieldError[] {
  const field = "spec.maxReplicas";
  const errors = max === 0 ? [required(field, "")] : max < 0 ? [invalid(field, max, "must be greater than or equal to 1")] : [];
  return min !== undefined && max < min ? [...errors, invalid(field, max, "must be greater than or equal to `minReplicas`")] : errors;
}

function targetErrors(target: CrossVersionObjectReference, last: CrossVersionObjectReference | undefined): FieldError[] {
  const field = "spec.scaleTargetRef";
  const errors = referenceErrors(field, target);
  const kept = last !== undefined && last.apiVersion === target.apiVersion && last.kind === target.kind;
  if (kept || target.kind === "ReplicationController") return errors;
  const { apiVersion = "" } = target;
  if (apiVersion.split("/").length > 2) return [...errors, invalid(`${field}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  return apiVersion.includes("/") ? errors : [...errors, invalid(`${field}.apiVersion`, apiVersion, "apiVersion must specify API group")];
}

export function referenceErrors(at: string, { kind = "", name = "" }: CrossVersionObjectReference): FieldError[] {
  return [
    ...(kind ? complain(`${at}.kind`, kind, isPathSegmentName(kind)) : [required(`${at}.kind`, "")]),
    ...(name ? complain(`${at}.name`, name, isPathSegmentName(name)) : [required(`${at}.name`, "")]),
  ];
}

function ruleErrors(at: string, rules: HPAScalingRules | undefined): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules;
  const field = `${at}.stabilizationWindowSeconds`;
  return [
    ...(window < 0 ? [invalid(field, window, "must be greater than or equal to zero")] : []),
    ...(window > WINDOW_SECONDS_MAX ? [invalid(field, window, `must be less than or equal to ${WINDOW_SECONDS_MAX}`)] : []),
    ...optionalOneOf(`${at}.selectPolicy`, selectPolicy, ["Disabled", "Max", "Min"]),
    ...(policies.length === 0 ? [required(`${at}.policies`, "must specify at least one Policy")] : []),
    ...policies.flatMap((policy, i) => policyErrors(`${at}.policies[${i}]`, policy)),
    ...(tolerance === undefined ? [] : nonNegativeQuantity(`${at}.tolerance`, tolerance)),
  ];
}

function policyErrors(at: string, { type = "", value, periodSeconds }: HPAScalingPolicy): FieldError[] {
  return [
    ...(POLICY_TYPES.includes(type) ? [] : [notSupported(`${at}.type`, type, POLICY_TYPES)]),
    ...positive(`${at}.value`, value),
    ...positive(`${at}.periodSeconds`, periodSeconds),
    ...((periodSeconds ?? 0) > PERIOD_SECONDS_MAX
      ? [invalid(`${at}.periodSeconds`, periodSeconds, `must be less than or equal to ${PERIOD_SECONDS_MAX}`)]
      : []),
  ];
}

export function isPositive(quantity: string): boolean {
  return parseQuantity(quantity).unscaled > 0n;
}

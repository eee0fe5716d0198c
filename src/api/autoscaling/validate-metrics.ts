/** What is wrong with what an autoscaler measures. [Kubernetes pkg/apis/autoscaling/validation/validation.go] */

import { isPathSegmentName } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { containerResourceName } from "../core/resources/names.ts";
import { complain, dnsLabel } from "../meta/checks.ts";
import type {
  ContainerResourceMetricSource,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
  ResourceMetricSource,
} from "../tables/autoscaling-v2.ts";
import { isPositive, referenceErrors } from "./validate.ts";

/** The member that each type fills in. */
const MEMBERS: ReadonlyMap<string, Member> = new Map([
  ["ContainerResource", "containerResource"],
  ["External", "external"],
  ["Object", "object"],
  ["Pods", "pods"],
  ["Resource", "resource"],
]);
type Member = "containerResource" | "external" | "object" | "pods" | "resource";
/** In the order in which Kubernetes looks for them. */
const ORDER = ["object", "external", "pods", "resource", "containerResource"] as const satisfies readonly Member[];

export function metricErrors(at: string, metric: MetricSpec): FieldError[] {
  const { type = "" } = metric;
  const expected = MEMBERS.get(type);
  const unknown = notSupported(`${at}.type`, type, [...MEMBERS.keys()]);
  const present = ORDER.filter((member) => metric[member] !== undefined);
  const errors: FieldError[] = type ? [] : [required(`${at}.type`, "must specify a metric source type")];
  if (!expected) errors.push(unknown);
  const [first] = present;
  if (first) errors.push(...sourceErrors(`${at}.${first}`, metric, first));
  if (!expected) errors.push(unknown);
  else if (!metric[expected]) errors.push(required(`${at}.${expected}`, "must populate information for the given metric source"));
  const others = present.length > 1 ? present.filter((member) => member !== expected) : [];
  return [...errors, ...others.map((member) => forbiddenField(`${at}.${member}`, "must populate the given metric source only"))];
}

function sourceErrors(at: string, { object, external, pods, resource, containerResource }: MetricSpec, member: Member): FieldError[] {
  if (member === "object" && object) return objectErrors(at, object);
  if (member === "external" && external) return externalErrors(at, external);
  if (member === "pods" && pods) return podsErrors(at, pods);
  if (member === "resource" && resource) return resourceErrors(at, resource);
  return member === "containerResource" && containerResource ? containerErrors(at, containerResource) : [];
}

function objectErrors(at: string, { describedObject, metric, target }: ObjectMetricSource): FieldError[] {
  return [
    ...referenceErrors(`${at}.describedObject`, describedObject),
    ...identifierErrors(`${at}.metric`, metric),
    ...targetErrors(`${at}.target`, target),
    ...(target.value === undefined && target.averageValue === undefined
      ? [required(`${at}.target.averageValue`, "must set either a target value or averageValue")]
      : []),
  ];
}

function externalErrors(at: string, { metric, target }: ExternalMetricSource): FieldError[] {
  const { value, averageValue } = target;
  return [
    ...identifierErrors(`${at}.metric`, metric),
    ...targetErrors(`${at}.target`, target),
    ...(value === undefined && averageValue === undefined
      ? [required(`${at}.target.averageValue`, "must set either a target value for metric or a per-pod target")]
      : []),
    ...(value !== undefined && averageValue !== undefined
      ? [forbiddenField(`${at}.target.value`, "may not set both a target value for metric and a per-pod target")]
      : []),
  ];
}

function podsErrors(at: string, { metric, target }: PodsMetricSource): FieldError[] {
  return [
    ...identifierErrors(`${at}.metric`, metric),
    ...targetErrors(`${at}.target`, target),
    ...(target.averageValue === undefined ? [required(`${at}.target.averageValue`, "must specify a positive target averageValue")] : []),
  ];
}

function resourceErrors(at: string, { name, target }: ResourceMetricSource): FieldError[] {
  return [...(name ? [] : [required(`${at}.name`, "must specify a resource name")]), ...targetErrors(`${at}.target`, target), ...eitherErrors(at, target)];
}

function containerErrors(at: string, { name, container, target }: ContainerResourceMetricSource): FieldError[] {
  return [
    ...(name ? containerResourceName(`${at}.name`, name) : [required(`${at}.name`, "must specify a resource name")]),
    ...(container ? dnsLabel(`${at}.container`, container) : [required(`${at}.container`, "must specify a container")]),
    ...targetErrors(`${at}.target`, target),
    ...eitherErrors(at, target),
  ];
}

function eitherErrors(at: string, { averageUtilization, averageValue }: MetricTarget): FieldError[] {
  if (averageUtilization === undefined && averageValue === undefined) {
    return [required(`${at}.target.averageUtilization`, "must set either a target raw value or a target utilization")];
  }
  if (averageUtilization === undefined || averageValue === undefined) return [];
  return [forbiddenField(`${at}.target.averageValue`, "may not set both a target raw value and a target utilization")];
}

function identifierErrors(at: string, { name }: MetricIdentifier): FieldError[] {
  return name ? complain(`${at}.name`, name, isPathSegmentName(name)) : [required(`${at}.name`, "must specify a metric name")];
}

function targetErrors(at: string, { type = "", value, averageValue, averageUtilization }: MetricTarget): FieldError[] {
  const known = type === "Utilization" || type === "Value" || type === "AverageValue";
  return [
    ...(type ? [] : [required(`${at}.type`, "must specify a metric target type")]),
    ...(known ? [] : [invalid(`${at}.type`, type, "must be either Utilization, Value, or AverageValue")]),
    ...(value === undefined || isPositive(value) ? [] : [invalid(`${at}.value`, value, "must be positive")]),
    ...(averageValue === undefined || isPositive(averageValue) ? [] : [invalid(`${at}.averageValue`, averageValue, "must be positive")]),
    ...(averageUtilization === undefined || averageUtilization >= 1 ? [] : [invalid(`${at}.averageUtilization`, averageUtilization, "must be greater than 0")]),
  ];
}

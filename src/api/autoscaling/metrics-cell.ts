/** What an autoscaler measures, as `kubectl get` shows it: `cpu: 12%/80%, 3/10 (avg)`. */

import { NONE } from "../meta/columns.ts";
import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from "../tables/autoscaling-v2.ts";

const SHOWN_MAX = 2;
const UNKNOWN = "<unknown>";

export function metricsCell(metrics: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (metrics.length === 0) return NONE;
  const shown = metrics.map((metric, i) => metricCell(metric, statuses[i]));
  const more = shown.length > SHOWN_MAX ? ` + ${shown.length - SHOWN_MAX} more...` : "";
  return `${shown.slice(0, SHOWN_MAX).join(", ")}${more}`;
}

function metricCell(metric: MetricSpec, status: MetricStatus | undefined): string {
  const { type, external, pods, object, resource, containerResource } = metric;
  if (type === "External" && external) return valueCell(external.target, status?.external?.current);
  if (type === "Object" && object) return valueCell(object.target, status?.object?.current);
  if (type === "Pods" && pods) return `${pair(status?.pods?.current, "averageValue")}/${pods.target.averageValue ?? "0"}`;
  if (type === "Resource" && resource) return `${resource.name}: ${resourceCell(resource.target, status?.resource?.current)}`;
  if (type === "ContainerResource" && containerResource) {
    return `${containerResource.name}: ${resourceCell(containerResource.target, status?.containerResource?.current)}`;
  }
  return "<unknown type>";
}

function valueCell(target: MetricTarget, current: MetricValueStatus | undefined): string {
  if (target.averageValue === undefined) return `${pair(current, "value")}/${target.value ?? "0"}`;
  return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
}

function resourceCell(target: MetricTarget, current: MetricValueStatus | undefined): string {
  if (target.averageValue !== undefined) return `${pair(current, "averageValue")}/${target.averageValue}`;
  const percent = (value: number | undefined, none: string) => (value === undefined ? none : `${value}%`);
  return `${percent(current?.averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, "<auto>")}`;
}

function pair(current: MetricValueStatus | undefined, member: "value" | "averageValue"): string {
  return current ? (current[member] ?? "0") : UNKNOWN;
}

/**
 * The older face of autoscalers, whose fields know only of the processor, and the newer one, which is how they are stored. What the older
 * has no field for stands in its annotations. [Kubernetes pkg/apis/autoscaling/v1/conversion.go]
 */

import { isObject } from "../../machinery/plain.ts";
import type * as v1 from "../tables/autoscaling-v1.ts";
import type * as v2 from "../tables/autoscaling-v2.ts";
import type { ObjectMeta } from "../tables/meta-v1.ts";
import { specFromV1, specToV1, statusFromV1, statusToV1 } from "./convert-metrics.ts";

const PREFIX = "autoscaling.alpha.kubernetes.io/";
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const OWN: readonly string[] = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR, `${PREFIX}scale-down-tolerance`, `${PREFIX}scale-up-tolerance`];

export function fromV2({ spec, status, ...hpa }: v2.HorizontalPodAutoscaler): v1.HorizontalPodAutoscaler {
  const { metrics = [], behavior, ...same } = spec;
  const { currentMetrics = [], conditions = [], ...sameStatus } = status ?? { desiredReplicas: 0 };
  const others = metrics.filter((metric) => cpuPercent(metric) === undefined);
  const percent = metrics.map(cpuPercent).find((value) => value !== undefined);
  const current = currentMetrics.map(({ type, resource }) =>
    type === "Resource" && resource?.name === "cpu" ? resource.current.averageUtilization : undefined,
  );
  const currentPercent = current.findLast((value) => value !== undefined);
  const metadata = annotated(hpa.metadata, [
    [METRICS, others.length > 0 ? others.map(specToV1) : undefined],
    [CURRENT_METRICS, currentMetrics.length > 0 ? currentMetrics.map(statusToV1) : undefined],
    [BEHAVIOR, behavior && rename(behavior, (name) => name.charAt(0).toUpperCase() + name.slice(1))],
    [CONDITIONS, conditions.length > 0 ? conditions : undefined],
  ]);
  return {
    ...hpa,
    metadata,
    spec: { ...same, ...(percent !== undefined && { targetCPUUtilizationPercentage: percent }) },
    ...(status && {
      status: {
        ...sameStatus,
        currentReplicas: status.currentReplicas ?? 0,
        ...(currentPercent !== undefined && { currentCPUUtilizationPercentage: currentPercent }),
      },
    }),
  };
}

export function toV2({ spec, status, ...hpa }: v1.HorizontalPodAutoscaler): v2.HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage: percent, ...same } = spec;
  const { currentCPUUtilizationPercentage: currentPercent, ...sameStatus } = status ?? { currentReplicas: 0, desiredReplicas: 0 };
  const { annotations = {} } = hpa.metadata;
  const metrics = [...(read<v1.MetricSpec[]>(annotations[METRICS]) ?? []).map(specFromV1), ...(percent === undefined ? [] : [cpu(percent)])];
  const written = read<v1.MetricStatus[]>(annotations[CURRENT_METRICS])?.map(statusFromV1);
  const measured: v2.MetricStatus[] =
    currentPercent === undefined ? [] : [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: currentPercent } } }];
  const currentMetrics = written ?? measured;
  const conditions = read<v2.HorizontalPodAutoscalerCondition[]>(annotations[CONDITIONS]);
  const behavior = behaviorOf(annotations[BEHAVIOR]);
  return {
    ...hpa,
    metadata: annotated(hpa.metadata, []),
    spec: { ...same, metrics: metrics.length > 0 ? metrics : [cpu(80)], ...(behavior && { behavior }) },
    ...(status && { status: { ...sameStatus, ...(currentMetrics.length > 0 && { currentMetrics }), ...(conditions && { conditions }) } }),
  };
}

function cpu(averageUtilization: number): v2.MetricSpec {
  return { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization } } };
}

function cpuPercent({ type, resource }: v2.MetricSpec): number | undefined {
  return type === "Resource" && resource?.name === "cpu" ? resource.target.averageUtilization : undefined;
}

/** @returns the metadata with these annotations and no others of this conversion's */
function annotated(metadata: ObjectMeta, values: readonly (readonly [string, unknown])[]): ObjectMeta {
  const { annotations, ...rest } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !OWN.includes(name));
  const added = values.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, JSON.stringify(value)]]));
  const all: Record<string, string> = Object.assign(Object.create(null), Object.fromEntries([...kept, ...added]));
  return Object.keys(all).length > 0 ? { ...rest, annotations: all } : rest;
}

/** A user may have written anything there; what can't be read says nothing. */
function read<T extends object[]>(annotation: string | undefined): T | undefined {
  const value = parse(annotation);
  return Array.isArray(value) && value.every(isObject) ? (value as T) : undefined;
}

function parse(annotation: string | undefined): unknown {
  try {
    return annotation === undefined ? undefined : JSON.parse(annotation);
  } catch {
    return undefined;
  }
}

/** In the annotation the names of its fields are those of Kubernetes' own source, which begin with a capital. */
function behaviorOf(annotation: string | undefined): v2.HorizontalPodAutoscalerBehavior | undefined {
  const value = parse(annotation);
  if (!isObject(value)) return undefined;
  const behavior = rename(value, (name) => name.charAt(0).toLowerCase() + name.slice(1));
  return isObject(behavior) && Object.keys(behavior).length > 0 ? behavior : undefined;
}

function rename(value: unknown, as: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, as));
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [as(name), rename(member, as)]));
}

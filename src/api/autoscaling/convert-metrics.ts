/** Metrics as autoscaling/v1 writes them in annotations, and as v2 has them. [Kubernetes pkg/apis/autoscaling/v1/conversion.go] */

import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import type * as v1 from "../tables/autoscaling-v1.ts";
import type * as v2 from "../tables/autoscaling-v2.ts";

const ZERO = "0";

/** @returns the object without the members that are undefined */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function identifier(name: string, selector: v2.MetricIdentifier["selector"]): v2.MetricIdentifier {
  return defined({ name, selector });
}

export function specToV1({ type, object, pods, resource, containerResource, external }: v2.MetricSpec): v1.MetricSpec {
  const ofResource = ({ averageUtilization, averageValue }: v2.MetricTarget) =>
    defined({ targetAverageUtilization: averageUtilization, targetAverageValue: averageValue });
  return defined({
    type,
    object:
      object &&
      defined({
        target: object.describedObject,
        metricName: object.metric.name,
        targetValue: object.target.value ?? ZERO,
        selector: object.metric.selector,
        averageValue: object.target.averageValue,
      }),
    pods: pods && defined({ metricName: pods.metric.name, targetAverageValue: pods.target.averageValue ?? ZERO, selector: pods.metric.selector }),
    resource: resource && { name: resource.name, ...ofResource(resource.target) },
    containerResource: containerResource && { name: containerResource.name, ...ofResource(containerResource.target), container: containerResource.container },
    external:
      external &&
      defined({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }),
  });
}

export function specFromV1({ type, object, pods, resource, containerResource, external }: v1.MetricSpec): v2.MetricSpec {
  const ofResource = ({ targetAverageUtilization, targetAverageValue }: Omit<v1.ResourceMetricSource, "name">): v2.MetricTarget =>
    defined({
      type: targetAverageUtilization === undefined ? "AverageValue" : "Utilization",
      averageValue: targetAverageValue,
      averageUtilization: targetAverageUtilization,
    });
  return defined({
    type,
    object: object && {
      describedObject: object.target,
      target: objectTarget(object),
      metric: identifier(object.metricName, object.selector),
    },
    pods: pods && { metric: identifier(pods.metricName, pods.selector), target: { type: "AverageValue", averageValue: pods.targetAverageValue } },
    resource: resource && { name: resource.name, target: ofResource(resource) },
    containerResource: containerResource && { name: containerResource.name, target: ofResource(containerResource), container: containerResource.container },
    external: external && {
      metric: identifier(external.metricName, external.metricSelector),
      target: defined({
        type: external.targetValue === undefined ? "AverageValue" : "Value",
        value: external.targetValue,
        averageValue: external.targetAverageValue,
      }),
    },
  });
}

/** The older form can't leave the value out: a zero beside an average is none. */
function objectTarget({ averageValue, targetValue = ZERO }: v1.ObjectMetricSource): v2.MetricTarget {
  if (averageValue === undefined) return { type: "Value", value: targetValue };
  return { type: "AverageValue", averageValue, ...(parseQuantity(targetValue).unscaled !== 0n && { value: targetValue }) };
}

export function statusToV1({ type, object, pods, resource, containerResource, external }: v2.MetricStatus): v1.MetricStatus {
  const ofResource = ({ averageUtilization, averageValue = ZERO }: v2.MetricValueStatus) => ({
    ...(averageUtilization !== undefined && { currentAverageUtilization: averageUtilization }),
    currentAverageValue: averageValue,
  });
  return defined({
    type,
    object:
      object &&
      defined({
        target: object.describedObject,
        metricName: object.metric.name,
        currentValue: object.current.value ?? ZERO,
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      }),
    pods: pods && defined({ metricName: pods.metric.name, currentAverageValue: pods.current.averageValue ?? ZERO, selector: pods.metric.selector }),
    resource: resource && { name: resource.name, ...ofResource(resource.current) },
    containerResource: containerResource && { name: containerResource.name, ...ofResource(containerResource.current), container: containerResource.container },
    external:
      external &&
      defined({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        currentValue: external.current.value ?? ZERO,
        currentAverageValue: external.current.averageValue,
      }),
  });
}

export function statusFromV1({ type, object, pods, resource, containerResource, external }: v1.MetricStatus): v2.MetricStatus {
  const ofResource = ({ currentAverageUtilization, currentAverageValue }: Omit<v1.ResourceMetricStatus, "name">): v2.MetricValueStatus =>
    defined({ averageValue: currentAverageValue, averageUtilization: currentAverageUtilization });
  return defined({
    type,
    object: object && {
      metric: identifier(object.metricName, object.selector),
      current: defined({ value: object.currentValue, averageValue: object.averageValue }),
      describedObject: object.target,
    },
    pods: pods && { metric: identifier(pods.metricName, pods.selector), current: { averageValue: pods.currentAverageValue } },
    resource: resource && { name: resource.name, current: ofResource(resource) },
    containerResource: containerResource && { name: containerResource.name, current: ofResource(containerResource), container: containerResource.container },
    external: external && {
      metric: identifier(external.metricName, external.metricSelector),
      current: defined({ value: external.currentValue, averageValue: external.currentAverageValue }),
    },
  });
}

/** The quality of service that a pod's requests and limits entitle it to. [Kubernetes pkg/apis/core/helper/qos] */

import { Quantity } from "../../../machinery/quantity/quantity.ts";
import { amount, isEmptyList } from "../../meta/resource-list.ts";
import { isPodLevel } from "../../meta/resource-names.ts";
import type { PodSpec, ResourceRequirements } from "../../tables/core-v1.ts";

export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

/** `Guaranteed` where every container's limits are its requests, `BestEffort` where none has any, else `Burstable`. */
export function qosClass(spec: PodSpec): QosClass {
  if (hasPodLevelResources(spec)) return classOf(spec.resources);
  const classes = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(({ resources }) => classOf(resources));
  return together(classes);
}

export function hasPodLevelResources({ resources }: PodSpec): boolean {
  return [resources?.requests, resources?.limits].some((list) => Object.keys(list ?? {}).some(isPodLevel));
}

function classOf(resources: ResourceRequirements | undefined): QosClass {
  if (isEmptyList(resources?.requests) && isEmptyList(resources?.limits)) return "BestEffort";
  return together(["cpu", "memory"].map((name) => classOfOne(resources, name)));
}

function classOfOne(resources: ResourceRequirements | undefined, name: string): QosClass {
  const request = amount(resources?.requests, name) ?? Quantity.zero;
  const limit = amount(resources?.limits, name) ?? Quantity.zero;
  if (request.compare(limit) !== 0) return "Burstable";
  return request.isZero() ? "BestEffort" : "Guaranteed";
}

function together(classes: readonly QosClass[]): QosClass {
  const first = classes[0] ?? "BestEffort";
  return classes.every((one) => one === first) ? first : "Burstable";
}

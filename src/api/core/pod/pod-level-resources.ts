/** Defaults of a pod's own resources, made after admission when all containers are known. [KEP-2837; Kubernetes pkg/api/pod/util.go DefaultPodLevelResources] */

import { parseQuantity } from "../../../machinery/quantity/quantity.ts";
import { amount, isEmptyList, type ResourceList, resourceList } from "../../meta/resource-list.ts";
import { isHugePages, isOvercommitAllowed, isPodLevel } from "../../meta/resource-names.ts";
import type { PodSpec, ResourceRequirements } from "../../tables/core-v1.ts";
import { containersTotal } from "./aggregate.ts";

/** Fills in what the pod leaves out, if it asks for anything at all. */
export function podLevelDefaults(spec: PodSpec): void {
  const { resources } = spec;
  if (!resources || (isEmptyList(resources.requests) && isEmptyList(resources.limits))) return;
  limitHugePages(spec, resources);
  fillRequests(spec, resources);
  fillLimits(spec, resources);
}

function limitHugePages(spec: PodSpec, resources: ResourceRequirements): void {
  const limits = resources.limits ?? resourceList();
  const total = containersTotal(spec, "limits");
  for (const name of Object.keys(total)) {
    if (isHugePages(name) && !has(resources.requests, name) && !has(limits, name)) limits[name] = total[name] as string;
  }
  if (!isEmptyList(limits)) resources.limits = limits;
}

/** A request is what the containers request together; where they request nothing, it is the limit. */
function fillRequests(spec: PodSpec, resources: ResourceRequirements): void {
  const requests = resources.requests ?? resourceList();
  const total = containersTotal(spec, "requests");
  for (const name of Object.keys(total)) {
    if (isPodLevel(name) && isOvercommitAllowed(name) && !has(requests, name)) requests[name] = total[name] as string;
  }
  for (const name of Object.keys(resources.limits ?? {})) {
    if (isPodLevel(name) && !has(requests, name)) requests[name] = resources.limits?.[name] as string;
  }
  if (!isEmptyList(requests)) resources.requests = requests;
}

/** Where every container has a limit, the pod's is their sum, and no less than its request. */
function fillLimits(spec: PodSpec, resources: ResourceRequirements): void {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  const candidates = Object.keys(resources.requests ?? {}).filter(
    (name) => isPodLevel(name) && !has(resources.limits, name) && containers.every((container) => has(container.resources?.limits, name)),
  );
  if (candidates.length === 0) return;
  const total = containersTotal(spec, "limits");
  for (const name of candidates) {
    if (!has(total, name)) continue;
    const sum = parseQuantity(total[name] as string);
    const request = amount(resources.requests, name);
    resources.limits ??= resourceList();
    resources.limits[name] = request && request.compare(sum) > 0 ? request.toString() : sum.toString();
  }
}

function has(list: ResourceList | undefined, name: string): boolean {
  return list !== undefined && Object.hasOwn(list, name);
}

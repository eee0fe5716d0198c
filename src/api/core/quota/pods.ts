/** How pods count: what their containers ask for while they run, and the pods themselves. [Kubernetes pkg/quota/v1/evaluator/core/pods.go] */

import { Quantity } from "../../../machinery/quantity/quantity.ts";
import { amount, type ResourceList, raiseTo } from "../../meta/resource-list.ts";
import { isHugePages, isNative, isPodLevel } from "../../meta/resource-names.ts";
import type { Container, Pod, PodAffinityTerm, PodSpec, ScopedResourceSelectorRequirement } from "../../tables/core-v1.ts";
import { totalOf } from "../pod/aggregate.ts";
import { hasPodLevelResources, qosClass } from "../pod/qos.ts";
import { isExtended } from "../resources/names.ts";
import { matchesValue } from "./match-value.ts";
import { addUsage, type Evaluator, ONE, type Usage, usageOf } from "./usage.ts";

const COUNT = "count/pods";
const NAMES: ReadonlySet<string> = new Set([
  COUNT,
  "pods",
  ...["cpu", "memory", "ephemeral-storage"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);
/** What every container must say where a quota has it. */
const DEMANDED = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];
const DEVICE_CLASS = "deviceclass.resource.kubernetes.io/";

/** `requests.example.com/gpu`, and what is asked for of a class of devices. */
export function isExtendedRequest(name: string): boolean {
  return name.startsWith("requests.") && (!isNative(name) || name.startsWith(`requests.${DEVICE_CLASS}`));
}

export const podEvaluator: Evaluator = {
  group: "",
  resource: "pods",
  names: (hard) => hard.filter((name) => NAMES.has(name) || isHugePages(name) || name.startsWith("requests.hugepages-") || isExtendedRequest(name)).toSorted(),
  handles({ operation, subresource, next, last }) {
    if (subresource === "resize") return operation === "UPDATE";
    if (subresource !== "") return false;
    return operation === "CREATE" || isEnding(last as Pod) !== isEnding(next as Pod);
  },
  matchesScope: (selector, pod) => matchesScope(selector, pod as Pod),
  usage: (pod, { now }) => podUsage(pod as Pod, now),
  missing: (names, pod) => missing(names, (pod as Pod).spec),
};

export function podUsage(pod: Pod, now: number): Usage {
  const usage: Usage = new Map([[COUNT, ONE]]);
  if (isRunning(pod, now)) addUsage(usage, computeUsage(requestsOf(pod), limitsOf(pod)));
  return usage;
}

/** Neither finished nor past the time that it was given to end. */
function isRunning({ metadata, status }: Pod, now: number): boolean {
  if (status?.phase === "Failed" || status?.phase === "Succeeded") return false;
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = metadata;
  return deletionTimestamp === undefined || grace === undefined || now <= Date.parse(deletionTimestamp) + Number(grace) * 1000;
}

function computeUsage(requests: ResourceList, limits: ResourceList): Usage {
  const usage: Usage = new Map([["pods", ONE]]);
  const [asked, limited] = [usageOf(requests), usageOf(limits)];
  for (const name of ["cpu", "memory", "ephemeral-storage"]) {
    const [request, limit] = [asked.get(name), limited.get(name)];
    if (request) usage.set(name, request).set(`requests.${name}`, request);
    if (limit) usage.set(`limits.${name}`, limit);
  }
  for (const [name, request] of asked) {
    if (isHugePages(name)) usage.set(name, request).set(`requests.${name}`, request);
    if (isExtended(name) || name.startsWith(DEVICE_CLASS)) usage.set(`requests.${name}`, request);
  }
  return usage;
}

/** What is asked for or was given, whichever is more: a resize counts from the moment it is asked for until it is done. */
function requestsOf(pod: Pod): ResourceList {
  const { spec } = pod;
  const refused = isRefused(pod);
  const given = (container: Container) => statusOf(pod, container)?.allocatedResources;
  const asked = (container: Container) => container.resources?.requests;
  const total = refused ? {} : totalOf(spec, asked);
  raiseTo(
    total,
    totalOf(spec, (container) => statusOf(pod, container)?.resources?.requests ?? given(container) ?? (refused ? undefined : asked(container))),
  );
  raiseTo(
    total,
    totalOf(spec, (container) => given(container) ?? (refused ? undefined : asked(container))),
  );
  for (const [name, own] of Object.entries(spec.resources?.requests ?? {})) if (isPodLevel(name)) total[name] = own;
  for (const name of Object.keys(spec.overhead ?? {})) total[name] = (amount(total, name) ?? Quantity.zero).add(amount(spec.overhead, name)!).toString();
  return total;
}

function limitsOf(pod: Pod): ResourceList {
  const { spec } = pod;
  const refused = isRefused(pod);
  const limit = (container: Container) => container.resources?.limits;
  const total = refused ? {} : totalOf(spec, limit);
  raiseTo(
    total,
    totalOf(spec, (container) => statusOf(pod, container)?.resources?.limits ?? (refused ? undefined : limit(container))),
  );
  for (const [name, own] of Object.entries(spec.resources?.limits ?? {})) if (isPodLevel(name)) total[name] = own;
  for (const name of Object.keys(spec.overhead ?? {})) {
    const found = amount(total, name);
    if (found && !found.isZero()) total[name] = found.add(amount(spec.overhead, name)!).toString();
  }
  return total;
}

/** A resize that the node will never make. */
function isRefused({ status }: Pod): boolean {
  return status?.conditions?.find(({ type }) => type === "PodResizePending")?.reason === "Infeasible";
}

function statusOf({ status }: Pod, { name }: Container) {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find((one) => one.name === name);
}

function missing(names: readonly string[], spec: PodSpec): string | undefined {
  if (hasPodLevelResources(spec)) return undefined;
  const told = DEMANDED.filter((name) => names.includes(name)).flatMap((name) => {
    const without = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].filter(
      ({ resources }) => !computeUsage(resources?.requests ?? {}, resources?.limits ?? {}).has(name),
    );
    const containers = [...new Set(without.map((container) => container.name))].toSorted();
    return containers.length > 0 ? [`${name} for: ${containers.join(",")}`] : [];
  });
  return told.length > 0 ? `must specify ${told.join("; ")}` : undefined;
}

/** A pod that ends by itself after a time. */
function isEnding({ spec }: Pod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

function matchesScope(selector: ScopedResourceSelectorRequirement, pod: Pod): boolean {
  switch (selector.scopeName) {
    case "Terminating":
      return isEnding(pod);
    case "NotTerminating":
      return !isEnding(pod);
    case "BestEffort":
      return qosOf(pod) === "BestEffort";
    case "NotBestEffort":
      return qosOf(pod) !== "BestEffort";
    case "PriorityClass":
      return matchesValue(selector, pod.spec.priorityClassName ? [pod.spec.priorityClassName] : []);
    case "CrossNamespacePodAffinity":
      return reachesOtherNamespaces(pod.spec);
    default:
      return false;
  }
}

function qosOf({ spec, status }: Pod): string {
  return status?.qosClass || qosClass(spec);
}

function reachesOtherNamespaces({ affinity }: PodSpec): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one): PodAffinityTerm[] => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined);
}

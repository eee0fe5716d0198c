/** What the endpoints beside a pod's own may change: its status, its ephemeral containers, its resources. */

import type { SubresourceRules } from "../../kind.ts";
import { ipWarnings } from "../../meta/ip.ts";
import { copyMember, keepMetadata } from "../../meta/status-update.ts";
import type { Container, Pod } from "../../tables/core-v1.ts";
import { podLevelDefaults } from "./pod-level-resources.ts";
import { ephemeralContainerErrors, resizeErrors } from "./validate/resize.ts";
import { podStatusErrors } from "./validate/status.ts";

/** The kubelet's endpoint. Owner references stay as they are, so that a kubelet can't hand pods to the garbage collector. */
export const podStatus: SubresourceRules<Pod> = {
  resetFields: ["spec", "metadata.deletionTimestamp", "metadata.ownerReferences"],
  prepareUpdate(next, last) {
    next.spec = last.spec;
    copyMember(next.metadata, last.metadata, "deletionTimestamp");
    copyMember(next.metadata, last.metadata, "ownerReferences");
    const status = { ...next.status };
    next.status = status;
    status.qosClass ||= last.status?.qosClass ?? "";
    if (!status.qosClass) delete status.qosClass;
    for (const name of ["resourceClaimStatuses", "extendedResourceClaimStatus", "nodeAllocatableResourceClaimStatuses"] as const) {
      if (status[name] === undefined && last.status) copyMember(status, last.status, name);
    }
    keepObservedGeneration(next, last);
  },
  validateUpdate: podStatusErrors,
  warnings({ status }) {
    const podIPs = (status?.podIPs ?? []).flatMap(({ ip }, i) => ipWarnings(`status.podIPs[${i}].ip`, ip));
    return [...podIPs, ...(status?.hostIPs ?? []).flatMap(({ ip }, i) => ipWarnings(`status.hostIPs[${i}].ip`, ip))];
  },
};

/** Clients that don't know `observedGeneration` shall not reset it. */
function keepObservedGeneration({ status: next }: Pod, { status: last }: Pod): void {
  if (!next || !last) return;
  if (!next.observedGeneration) copyMember(next, last, "observedGeneration");
  const before = new Map<string, NonNullable<typeof last.conditions>>();
  for (const condition of last.conditions ?? []) before.set(condition.type, [...(before.get(condition.type) ?? []), condition]);
  next.conditions = next.conditions?.map((condition) => {
    const old = before.get(condition.type)?.shift();
    if (condition.observedGeneration || !old?.observedGeneration) return condition;
    return { ...condition, observedGeneration: old.observedGeneration };
  });
  if (!next.conditions) delete next.conditions;
}

export const podEphemeralContainers: SubresourceRules<Pod> = {
  prepareUpdate(next, last) {
    const { ephemeralContainers } = next.spec;
    next.spec = { ...last.spec, ephemeralContainers };
    if (!ephemeralContainers) delete next.spec.ephemeralContainers;
    copyMember(next, last, "status");
    keepMetadata(next, last);
  },
  validateUpdate: ephemeralContainerErrors,
};

export const podResize: SubresourceRules<Pod> = {
  prepareUpdate(next, last) {
    takeResources(next, last);
    if (!next.spec.resources && last.spec.resources) next.spec.resources = last.spec.resources;
    if (!next.spec.resources) return;
    next.spec.resources = structuredClone(next.spec.resources);
    podLevelDefaults(next.spec);
  },
  validateUpdate: resizeErrors,
};

/** Takes nothing but resources and resize policies over. Where containers come, go or are renamed, validation shall say so. */
function takeResources(next: Pod, last: Pod): void {
  const { containers = [], initContainers = [], resources } = next.spec;
  if (containers.length !== (last.spec.containers?.length ?? 0) || initContainers.length !== (last.spec.initContainers?.length ?? 0)) return;
  next.spec = { ...last.spec, ...(resources && { resources }) };
  if (!resources) delete next.spec.resources;
  if (last.spec.containers) next.spec.containers = withResources(containers, last.spec.containers);
  if (last.spec.initContainers) next.spec.initContainers = withResources(initContainers, last.spec.initContainers);
  copyMember(next, last, "status");
  keepMetadata(next, last);
}

function withResources(next: Container[], last: readonly Container[]): Container[] {
  if (next.some(({ name }, i) => name !== last[i]?.name)) return next;
  return next.map((container, i) => {
    const copy = { ...(last[i] as Container) };
    copyMember(copy, container, "resources");
    copyMember(copy, container, "resizePolicy");
    return copy;
  });
}

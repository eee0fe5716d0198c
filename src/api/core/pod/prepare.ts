/** What becomes of a pod between its decoding and its validation. [Kubernetes pkg/registry/core/pod/strategy.go] */

import { emptied } from "../../meta/gates.ts";
import type { Pod, PodSpec } from "../../tables/core-v1.ts";
import { appArmorFromAnnotations } from "./app-armor.ts";
import { allContainers } from "./containers.ts";
import { applyLabelKeys } from "./label-keys.ts";
import { podLevelDefaults } from "./pod-level-resources.ts";
import { qosClass } from "./qos.ts";

/** Init containers stood in annotations once; the leftovers of very old clients must not come back. */
const OLD_ANNOTATIONS = ["init-containers", "init-container-statuses"].flatMap((name) => [`pod.beta.kubernetes.io/${name}`, `pod.alpha.kubernetes.io/${name}`]);

export function preparePodCreate(pod: Pod): void {
  pod.status = { phase: "Pending" };
  dropRetired(pod);
  if (pod.spec.schedulingGates?.length) {
    const lastTransitionTime = pod.metadata.creationTimestamp;
    const message = "Scheduling is blocked due to non-empty scheduling gates";
    pod.status.conditions = [{ type: "PodScheduled", status: "False", reason: "SchedulingGated", message, ...(lastTransitionTime && { lastTransitionTime }) }];
  }
  applyLabelKeys(pod);
  appArmorFromAnnotations(pod);
  podLevelDefaults(pod.spec);
  pod.status.qosClass = qosClass(pod.spec);
}

export function preparePodUpdate(next: Pod, last: Pod): void {
  if (last.status) next.status = last.status;
  else delete next.status;
  if (!next.spec.resources && last.spec.resources) next.spec = { ...next.spec, resources: last.spec.resources };
  dropRetired(next);
}

/** Also for templates: what is left of fields whose feature is off, and annotations of long ago. */
export function dropRetired({ metadata, spec }: { metadata?: { annotations?: Record<string, string> }; spec: PodSpec }): void {
  if (metadata?.annotations) for (const name of OLD_ANNOTATIONS) delete metadata.annotations[name];
  for (const container of allContainers(spec)) {
    if (container.lifecycle && emptied.has(container.lifecycle)) delete container.lifecycle;
  }
}

/** Pods: what runs. */

import { kind } from "../declare.ts";
import type { Pod as PodType } from "../tables/core-v1.ts";
import { podColumns } from "./pod/columns.ts";
import { podDefaults } from "./pod/pod-defaults.ts";
import { preparePodCreate, preparePodUpdate } from "./pod/prepare.ts";
import { podEphemeralContainers, podResize, podStatus } from "./pod/subresources.ts";
import { newPodErrors, podErrors } from "./pod/validate/pod.ts";
import { podChangeErrors } from "./pod/validate/update.ts";
import { nameAdvice, podWarnings } from "./pod/warnings.ts";

export const Pod = kind<PodType>("v1", "pods", {
  defaults: podDefaults,
  prepareCreate: preparePodCreate,
  prepareUpdate: preparePodUpdate,
  validate: podErrors,
  validateCreate: newPodErrors,
  validateUpdate: podChangeErrors,
  warnings(pod, last) {
    if (last) return [];
    const annotations = pod.metadata.annotations ?? {};
    return [...nameAdvice(pod, "the Pod's hostname"), ...podWarnings("", pod.spec, annotations)];
  },
  subresources: { status: podStatus, ephemeralcontainers: podEphemeralContainers, resize: podResize },
  generation: true,
  deletionGraceSeconds,
  columns: podColumns,
  selectableFields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    "spec.host": ({ spec }) => spec.nodeName ?? "", // What clients of before v1.0 called it.
    "spec.restartPolicy": ({ spec }) => spec.restartPolicy ?? "",
    "spec.schedulerName": ({ spec }) => spec.schedulerName ?? "",
    "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "",
    "spec.hostNetwork": ({ spec }) => String(spec.hostNetwork ?? false),
    "status.phase": ({ status }) => status?.phase ?? "",
    "status.podIP": ({ status }) => status?.podIPs?.[0]?.ip ?? "",
    "status.podIPs": () => "", // Accepted, yet no pod has it: kube-apiserver never fills it in.
    "status.nominatedNodeName": ({ status }) => status?.nominatedNodeName ?? "",
  },
});

/** A pod that is on no node, or has ended, goes at once: no kubelet has to end it. */
function deletionGraceSeconds({ spec, status }: PodType, asked: number | undefined): number {
  if (!spec.nodeName || status?.phase === "Failed" || status?.phase === "Succeeded") return 0;
  const seconds = asked ?? Number(spec.terminationGracePeriodSeconds ?? 0);
  return seconds < 0 ? 1 : seconds;
}

/** Pods: what runs. */

import { isDNS1123Label } from "../../machinery/names.ts";
import { kind } from "../declare.ts";
import type { Pod as PodType } from "../tables/core-v1.ts";
import { podColumns } from "./pod/columns.ts";
import { podDefaults } from "./pod/pod-defaults.ts";
import { preparePodCreate, preparePodUpdate } from "./pod/prepare.ts";
import { podEphemeralContainers, podResize, podStatus } from "./pod/subresources.ts";

export const Pod = kind<PodType>("v1", "pods", {
  defaults: podDefaults,
  prepareCreate: preparePodCreate,
  prepareUpdate: preparePodUpdate,
  warnings(pod, last) {
    if (last) return [];
    const complaints = isDNS1123Label(pod.metadata.name ?? "");
    const advice = "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
    return complaints.length > 0 ? [`metadata.name: ${advice}: [${complaints.join(" ")}]`] : [];
  },
  subresources: { status: podStatus, ephemeralcontainers: podEphemeralContainers, resize: podResize },
  generation: ({ spec }) => spec,
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

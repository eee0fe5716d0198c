/** Defaults of a pod that templates don't get. [Kubernetes pkg/apis/core/v1/defaults.go, SetDefaults_Pod and SetDefaults_PodStatus] */

import { fillFrom, resourceList, roundToMilli } from "../../meta/resource-list.ts";
import type { Container, ContainerStatus, Pod, PodStatus } from "../../tables/core-v1.ts";
import { podSpecDefaults } from "./spec-defaults.ts";

export function podDefaults(pod: Pod): void {
  const { spec, status } = pod;
  podSpecDefaults(spec);
  if (Number(spec.terminationGracePeriodSeconds) < 0) spec.terminationGracePeriodSeconds = 1;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    requestWhatIsLimited(container);
    if (spec.hostNetwork) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
  spec.enableServiceLinks ??= true;
  if (status) statusDefaults(status);
}

function requestWhatIsLimited({ resources }: Container): void {
  if (!resources?.limits) return;
  resources.requests ??= resourceList();
  fillFrom(resources.requests, resources.limits);
}

/** The single address and the list say the same; where they don't, the single one is right, because old kubelets write only that. */
function statusDefaults(status: PodStatus): void {
  const first = status.podIPs?.[0]?.ip;
  if (status.podIP && first !== status.podIP) status.podIPs = [{ ip: status.podIP }];
  else if (!status.podIP && first) status.podIP = first;
  for (const list of [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses]) list?.forEach(roundStatus);
  roundToMilli(status.allocatedResources);
  roundToMilli(status.resources?.limits);
  roundToMilli(status.resources?.requests);
}

function roundStatus(status: ContainerStatus): void {
  roundToMilli(status.allocatedResources);
  roundToMilli(status.resources?.limits);
  roundToMilli(status.resources?.requests);
}

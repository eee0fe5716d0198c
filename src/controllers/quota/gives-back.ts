/** Whether a change frees something that a quota counts; what takes more is charged where it is written. [Kubernetes pkg/controller/resourcequota/resource_quota_monitor.go] */

import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../api/kind.ts";
import type { PersistentVolumeClaim, Pod, Service } from "../../api/tables/core-v1.ts";

export function givesBack({ group, resource }: { readonly group: string; readonly resource: string }, now: KubeObject | undefined, old: KubeObject): boolean {
  if (!now || now.metadata.uid !== old.metadata.uid) return true;
  switch (`${group}/${resource}`) {
    case "/pods":
      return !isDeepStrictEqual(podFacts(now as Pod), podFacts(old as Pod));
    case "/services":
      return !isDeepStrictEqual(serviceFacts(now as Service), serviceFacts(old as Service));
    case "/persistentvolumeclaims":
      return !isDeepStrictEqual(claimFacts(now as PersistentVolumeClaim), claimFacts(old as PersistentVolumeClaim));
    case "resource.k8s.io/resourceclaims":
      return !isDeepStrictEqual((now as { spec?: unknown }).spec, (old as { spec?: unknown }).spec);
    default:
      return false;
  }
}

/** Whether it has ended, in which scopes it is, and what a resize has changed. */
function podFacts({ spec, status }: Pod): unknown[] {
  const phase = status?.phase === "Failed" || status?.phase === "Succeeded";
  const amounts = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources);
  const given = (status?.containerStatuses ?? []).map(({ allocatedResources, resources }) => [allocatedResources, resources]);
  return [phase, spec.activeDeadlineSeconds !== undefined, amounts, given, spec.resources];
}

function serviceFacts({ spec }: Service): unknown[] {
  return [spec?.type, spec?.allocateLoadBalancerNodePorts, spec?.ports?.map(({ nodePort }) => nodePort)];
}

function claimFacts({ spec, status }: PersistentVolumeClaim): unknown[] {
  return [
    spec?.resources,
    spec?.volumeAttributesClassName,
    status?.allocatedResources,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
}

/** What several workload controllers ask of a pod. */

import type { Pod } from "../api/tables/core-v1.ts";

/** Neither finished nor on its way out. */
export function isActive(pod: Pod): boolean {
  return pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed" && pod.metadata.deletionTimestamp === undefined;
}

export function isReady(pod: Pod): boolean {
  return readySince(pod) !== undefined;
}

/** Ready for at least so long. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const since = readySince(pod);
  return since !== undefined && (minReadySeconds === 0 || since + minReadySeconds * 1000 <= now);
}

/** When the pod became ready, in milliseconds since 1970; undefined where it isn't. */
export function readySince(pod: Pod): number | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === "Ready");
  return condition?.status === "True" ? Date.parse(condition.lastTransitionTime ?? pod.metadata.creationTimestamp ?? "") : undefined;
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}

const PHASES = ["Pending", "Unknown", "Running"];

/**
 * Orders pods so that those whose loss costs least come first: without a node, not running, not ready, of a lower deletion cost,
 * on a node with more of the same, ready for less long, restarted more often, younger (as Kubernetes' replica sets choose).
 * @param crowd how many pods of the set stand on a pod's node
 */
export function leastUsefulFirst(crowd: (pod: Pod) => number): (a: Pod, b: Pod) => number {
  const keys: readonly ((pod: Pod) => number)[] = [
    (pod) => (pod.spec.nodeName ? 1 : 0),
    (pod) => PHASES.indexOf(pod.status?.phase ?? "Pending"),
    (pod) => (isReady(pod) ? 1 : 0),
    (pod) => Number(pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0) || 0,
    (pod) => -crowd(pod),
    (pod) => -(readySince(pod) ?? 0),
    (pod) => -restarts(pod),
    (pod) => -Date.parse(pod.metadata.creationTimestamp ?? ""),
  ];
  return (a, b) => {
    for (const key of keys) {
      const difference = key(a) - key(b);
      if (difference) return difference;
    }
    return 0;
  };
}

/** Keeps as many pods as a ReplicaSet asks for. Decides from what it sees now, never from what just happened. */

import { Pod, ReplicaSet } from "../api/resources.ts";
import type { ReplicaSetCondition, ReplicaSet as ReplicaSetObject, ReplicaSetStatus } from "../api/tables/apps-v1.ts";
import type { Pod as PodObject } from "../api/tables/core-v1.ts";
import { again, controller } from "../client/controller.ts";
import { labelSelector } from "../machinery/selectors/labels.ts";
import { controllerReference } from "./owner.ts";
import { isActive, isAvailable, isReady, leastUsefulFirst, readySince } from "./pods.ts";

/** Pods made in one pass, so that a broken quota costs one pass and not a million requests. */
const BURST = 500;

export default controller({
  name: "replicaset-controller",
  for: ReplicaSet,
  watches: { owned: Pod.ownedBy(ReplicaSet), orphans: Pod.orphans() },
  writes: [Pod.create, Pod.delete, Pod.patch, ReplicaSet.status],
  claims: (set, orphan) => labelSelector(set.spec.selector).matches(orphan.metadata.labels),

  reconcile(set, { owned, orphans }, { now }) {
    const selector = labelSelector(set.spec.selector);
    const living = set.metadata.deletionTimestamp === undefined;
    const mine = owned.filter((pod) => selector.matches(pod.metadata.labels));
    const strays = owned.filter((pod) => !selector.matches(pod.metadata.labels));
    const adoptable = living ? orphans.filter((pod) => isActive(pod) && selector.matches(pod.metadata.labels)) : [];
    const adopted = adoptable.map((pod) =>
      Pod.patch(pod, { metadata: { uid: pod.metadata.uid, ownerReferences: [...(pod.metadata.ownerReferences ?? []), controllerReference(ReplicaSet, set)] } }),
    );
    const released = strays.map((pod) =>
      Pod.patch(pod, { metadata: { uid: pod.metadata.uid, ownerReferences: pod.metadata.ownerReferences?.filter(({ uid }) => uid !== set.metadata.uid) } }),
    );
    const active = [...mine, ...adoptable].filter(isActive);
    const missing = (set.spec.replicas ?? 1) - active.length;
    const created = living ? Array.from({ length: Math.min(Math.max(missing, 0), BURST) }, () => Pod.create(podFor(set))) : [];
    const surplus = living && missing < 0 ? active.toSorted(leastUsefulFirst(crowdOf(active))).slice(0, Math.min(-missing, BURST)) : [];
    const status = statusOf(set, mine, now);
    const wake = nextAvailableIn(mine, set.spec.minReadySeconds ?? 0, now);
    return [
      ...adopted,
      ...released,
      ...created,
      ...surplus.map((pod) => Pod.delete(pod)),
      ReplicaSet.status(set, status),
      ...(missing > BURST ? [again(0)] : []),
      ...(wake === undefined ? [] : [again(wake)]),
    ];
  },
});

/** @returns a pod as the set's template has it, owned by the set */
function podFor(set: ReplicaSetObject): PodObject {
  const { metadata, spec } = set.spec.template ?? {};
  const name = set.metadata.name ?? "";
  return {
    metadata: {
      // Kubernetes leaves room for the random end within a name's 63 characters.
      generateName: `${name}-`,
      namespace: set.metadata.namespace ?? "",
      ...(metadata?.labels && { labels: metadata.labels }),
      ...(metadata?.annotations && { annotations: metadata.annotations }),
      ...(metadata?.finalizers && { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(ReplicaSet, set)],
    },
    spec: spec ?? { containers: [] },
  };
}

/** How many of the set's pods share a pod's node. */
function crowdOf(pods: readonly PodObject[]): (pod: PodObject) => number {
  const counts = new Map<string, number>();
  for (const { spec } of pods) counts.set(spec.nodeName ?? "", (counts.get(spec.nodeName ?? "") ?? 0) + 1);
  return ({ spec }) => counts.get(spec.nodeName ?? "") ?? 0;
}

function statusOf(set: ReplicaSetObject, mine: readonly PodObject[], now: number): ReplicaSetStatus {
  const template = Object.entries(set.spec.template?.metadata?.labels ?? {});
  const active = mine.filter(isActive);
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) => template.every(([key, value]) => metadata.labels?.[key] === value)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, minReadySeconds, now)).length,
    terminatingReplicas: mine.filter(
      ({ metadata, status }) => metadata.deletionTimestamp !== undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed",
    ).length,
    ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }),
    ...(set.status?.conditions && { conditions: withoutFailure(set.status.conditions, active.length, set.spec.replicas ?? 1) }),
  };
}

/** The failure to make pods is over once the number is right. */
function withoutFailure(conditions: readonly ReplicaSetCondition[], active: number, wanted: number): ReplicaSetCondition[] {
  return conditions.filter(({ type }) => type !== "ReplicaFailure" || active !== wanted);
}

/** In how many milliseconds the next ready pod will count as available. */
function nextAvailableIn(pods: readonly PodObject[], minReadySeconds: number, now: number): number | undefined {
  if (minReadySeconds === 0) return undefined;
  const waits = pods.flatMap((pod) => {
    const since = readySince(pod);
    const wait = since === undefined ? 0 : since + minReadySeconds * 1000 - now;
    return wait > 0 ? [wait] : [];
  });
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

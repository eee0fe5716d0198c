/** Keeps as many pods as a ReplicaSet asks for. Decides from what it sees now, never from what just happened. */

import { Pod, ReplicaSet } from "../api/resources.ts";
import type { ReplicaSet as ReplicaSetObject, ReplicaSetStatus } from "../api/tables/apps-v1.ts";
import { controller } from "../client/controller.ts";
import { timestamp } from "../machinery/clock.ts";
import { labelSelector } from "../machinery/selectors/labels.ts";
import { conditionsKept, type PodCounts, podFailure, podSteps, type ReplicaCondition, type WantedPods } from "./replicas.ts";

export default controller({
  name: "replicaset-controller",
  for: ReplicaSet,
  watches: { owned: Pod.ownedBy(ReplicaSet), orphans: Pod.orphans() },
  writes: [Pod.create, Pod.delete, Pod.patch, ReplicaSet.status],
  claims: (set, orphan) => labelSelector(set.spec.selector).matches(orphan.metadata.labels),

  reconcile(set, views, { now }) {
    const { writes, counts, settled, wakes } = podSteps(wantedBy(set), views, now);
    return [...writes, ReplicaSet.status(set, statusOf(set, counts, conditionsKept(set.status?.conditions, settled))), ...wakes];
  },

  failed(set, { write, error }, views, { now }) {
    const failure = podFailure(set, set.status?.conditions, write, error, timestamp(now));
    if (!failure) return [];
    const { counts } = podSteps(wantedBy(set), views, now);
    return [...failure.notes, ReplicaSet.status(set, statusOf(set, counts, failure.conditions))];
  },
});

function wantedBy(set: ReplicaSetObject): WantedPods {
  const { replicas = 1, selector, template, minReadySeconds = 0 } = set.spec;
  return { on: ReplicaSet, owner: set, replicas, selector: labelSelector(selector), template, minReadySeconds };
}

function statusOf({ metadata }: ReplicaSetObject, counts: PodCounts, conditions: ReplicaCondition[] | undefined): ReplicaSetStatus {
  return { ...counts, ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }), ...(conditions && { conditions }) };
}

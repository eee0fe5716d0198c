/** Keeps as many pods as a ReplicationController asks for: the replica sets' older form, whose selector is a map of labels. */

import { Pod, ReplicationController } from "../api/resources.ts";
import type { ReplicationController as ReplicationControllerObject, ReplicationControllerStatus } from "../api/tables/core-v1.ts";
import { controller } from "../client/controller.ts";
import { timestamp } from "../machinery/clock.ts";
import { type LabelSelector, labelsSelector } from "../machinery/selectors/labels.ts";
import { conditionsKept, type PodCounts, podFailure, podSteps, type ReplicaCondition, type WantedPods } from "./replicas.ts";

export default controller({
  name: "replication-controller",
  for: ReplicationController,
  watches: { owned: Pod.ownedBy(ReplicationController), orphans: Pod.orphans() },
  writes: [Pod.create, Pod.delete, Pod.patch, ReplicationController.status],
  claims: (set, orphan) => selectorOf(set).matches(orphan.metadata.labels),

  reconcile(set, views, { now }) {
    const { writes, counts, settled, wakes } = podSteps(wantedBy(set), views, now);
    return [...writes, ReplicationController.status(set, statusOf(set, counts, conditionsKept(set.status?.conditions, settled))), ...wakes];
  },

  failed(set, { write, error }, views, { now }) {
    const failure = podFailure(set, set.status?.conditions, write, error, timestamp(now));
    if (!failure) return [];
    const { counts } = podSteps(wantedBy(set), views, now);
    return [...failure.notes, ReplicationController.status(set, statusOf(set, counts, failure.conditions))];
  },
});

function selectorOf({ spec }: ReplicationControllerObject): LabelSelector {
  return labelsSelector(spec.selector);
}

function wantedBy(set: ReplicationControllerObject): WantedPods {
  const { replicas = 1, template, minReadySeconds = 0 } = set.spec;
  return { on: ReplicationController, owner: set, replicas, selector: selectorOf(set), template, minReadySeconds };
}

function statusOf({ metadata }: ReplicationControllerObject, counts: PodCounts, conditions: ReplicaCondition[] | undefined): ReplicationControllerStatus {
  const { terminatingReplicas: _, ...told } = counts; // Their status has no place for those.
  return { ...told, ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }), ...(conditions && { conditions }) };
}

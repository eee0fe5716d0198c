/** What ReplicaSets and ReplicationControllers do alike: keep as many pods as are asked for, and count them. */

import type { KubeObject } from "../api/kind.ts";
import type { ResourceName, Write } from "../api/resource.ts";
import { Pod } from "../api/resources.ts";
import type { Pod as PodObject, PodTemplateSpec } from "../api/tables/core-v1.ts";
import { type Again, again, type Note, note } from "../client/controller.ts";
import type { LabelSelector } from "../machinery/selectors/labels.ts";
import { StatusError } from "../machinery/status/status-error.ts";
import { controllerReference } from "./owner.ts";
import { isActive, isAvailable, isReady, leastUsefulFirst, readySince } from "./pods.ts";

/** Pods made in one pass, so that a broken quota costs one pass and not a million requests. */
const BURST = 500;

/** A set of pods as it is asked for, whatever its kind. */
export interface WantedPods {
  readonly on: ResourceName;
  readonly owner: KubeObject;
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec | undefined;
  readonly minReadySeconds: number;
}

export interface PodViews {
  readonly owned: readonly PodObject[];
  readonly orphans: readonly PodObject[];
}

export interface PodCounts {
  readonly replicas: number;
  readonly fullyLabeledReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly terminatingReplicas: number;
}

export interface PodSteps {
  readonly writes: readonly Write<"create pods" | "delete pods" | "patch pods">[];
  readonly counts: PodCounts;
  /** Whether there are as many as asked for. */
  readonly settled: boolean;
  readonly wakes: readonly Again[];
}

/** @returns what brings the pods that there are to the number that is asked for */
export function podSteps(wanted: WantedPods, { owned, orphans }: PodViews, now: number): PodSteps {
  const { owner, on, selector } = wanted;
  const living = owner.metadata.deletionTimestamp === undefined;
  const mine = owned.filter((pod) => selector.matches(pod.metadata.labels));
  const strays = owned.filter((pod) => !selector.matches(pod.metadata.labels));
  const adoptable = living ? orphans.filter((pod) => isActive(pod) && selector.matches(pod.metadata.labels)) : [];
  const adopted = adoptable.map((pod) =>
    Pod.patch(pod, { metadata: { uid: pod.metadata.uid, ownerReferences: [...(pod.metadata.ownerReferences ?? []), controllerReference(on, owner)] } }),
  );
  const released = strays.map((pod) =>
    Pod.patch(pod, { metadata: { uid: pod.metadata.uid, ownerReferences: pod.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) } }),
  );
  const active = [...mine, ...adoptable].filter(isActive);
  const missing = wanted.replicas - active.length;
  const created = living ? Array.from({ length: Math.min(Math.max(missing, 0), BURST) }, () => Pod.create(podFor(wanted))) : [];
  const surplus = living && missing < 0 ? active.toSorted(leastUsefulFirst(crowdOf(active))).slice(0, Math.min(-missing, BURST)) : [];
  const wake = nextAvailableIn(mine, wanted.minReadySeconds, now);
  return {
    writes: [...adopted, ...released, ...created, ...surplus.map((pod) => Pod.delete(pod))],
    counts: countsOf(wanted, mine, now),
    settled: missing === 0,
    wakes: [...(missing > BURST ? [again(0)] : []), ...(wake === undefined ? [] : [again(wake)])],
  };
}

/** @returns a pod as the template has it, owned by the set */
function podFor({ owner, on, template }: WantedPods): PodObject {
  const { metadata, spec } = template ?? {};
  return {
    metadata: {
      generateName: `${owner.metadata.name ?? ""}-`,
      namespace: owner.metadata.namespace ?? "",
      ...(metadata?.labels && { labels: metadata.labels }),
      ...(metadata?.annotations && { annotations: metadata.annotations }),
      ...(metadata?.finalizers && { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(on, owner)],
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

function countsOf({ template, minReadySeconds }: WantedPods, mine: readonly PodObject[], now: number): PodCounts {
  const labels = Object.entries(template?.metadata?.labels ?? {});
  const active = mine.filter(isActive);
  const isEnding = ({ metadata, status }: PodObject) => metadata.deletionTimestamp !== undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, minReadySeconds, now)).length,
    terminatingReplicas: mine.filter(isEnding).length,
  };
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

/** The conditions of either kind. */
export interface ReplicaCondition {
  type: string;
  status: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

const FAILURE = "ReplicaFailure";

/** What is known of a failure to make or delete pods: kept until the number is right. */
export function conditionsKept(conditions: readonly ReplicaCondition[] | undefined, settled: boolean): ReplicaCondition[] | undefined {
  return conditions?.filter(({ type }) => type !== FAILURE || !settled);
}

export interface PodFailure {
  readonly notes: readonly Note[];
  readonly conditions: ReplicaCondition[];
}

/** Says why pods can't be made or deleted: an event, and a condition from the first failure on. @returns undefined for failures of other writes */
export function podFailure(
  owner: KubeObject,
  conditions: readonly ReplicaCondition[] = [],
  write: Write<string>,
  error: unknown,
  time: string,
): PodFailure | undefined {
  const doing = write.verb === "create" ? "creating" : "deleting";
  const isTold = write.on.resource === "pods" && (write.verb === "create" || write.verb === "delete");
  if (!isTold || !(error instanceof StatusError) || error.status.code === 409) return undefined;
  const reason = write.verb === "create" ? "FailedCreate" : "FailedDelete";
  const { message } = error.status;
  const known = conditions.some(({ type, status }) => type === FAILURE && status === "True");
  return {
    notes: [note(owner, "Warning", reason, `Error ${doing}: ${message}`)],
    conditions: known ? [...conditions] : [...conditions, { type: FAILURE, status: "True", lastTransitionTime: time, reason, message }],
  };
}

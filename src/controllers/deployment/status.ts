/** A deployment's status and conditions, from its replica sets. */

import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from "../../api/tables/apps-v1.ts";
import { timestamp } from "../../machinery/clock.ts";
import type { Bounds } from "./bounds.ts";
import { total } from "./scale.ts";

/** Says "never" as the field can: the largest int32. */
const NO_DEADLINE = 2 ** 31 - 1;

export interface StatusInput {
  readonly deployment: Deployment;
  readonly newest: ReplicaSet | undefined;
  /** The newest's name, also while it is being created. */
  readonly newestName: string | undefined;
  readonly wasCreated: boolean;
  readonly sets: readonly ReplicaSet[];
  readonly bounds: Bounds;
  readonly collisions: number;
  readonly now: number;
}

type Counts = Required<Pick<DeploymentStatus, "replicas" | "updatedReplicas" | "readyReplicas" | "availableReplicas">>;

export function statusOf(input: StatusInput): DeploymentStatus {
  const { deployment, newest, sets, bounds, collisions, now } = input;
  const counts: Counts = {
    replicas: total(sets, (set) => set.status?.replicas ?? 0),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: total(sets, (set) => set.status?.readyReplicas ?? 0),
    availableReplicas: total(sets, (set) => set.status?.availableReplicas ?? 0),
  };
  const minimum = bounds.wanted - bounds.unavailable;
  const conditions = [
    counts.availableReplicas >= minimum
      ? condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
      : condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
    ...progressing(input, counts),
    ...sets
      .flatMap((set) => set.status?.conditions?.filter(({ type, status }) => type === "ReplicaFailure" && status === "True") ?? [])
      .slice(0, 1)
      .map(({ reason = "", message = "" }) => condition("ReplicaFailure", "True", reason, message)),
  ];
  return {
    ...counts,
    unavailableReplicas: Math.max(total(sets, (set) => set.spec.replicas ?? 1) - counts.availableReplicas, 0),
    terminatingReplicas: total(sets, (set) => set.status?.terminatingReplicas ?? 0),
    ...(collisions > 0 && { collisionCount: collisions }),
    ...(deployment.metadata.generation !== undefined && { observedGeneration: deployment.metadata.generation }),
    conditions: merged(deployment.status?.conditions ?? [], conditions, now),
  };
}

/** Every wanted replica is of the newest template and available, and none of an older one is left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = deployment.spec.replicas ?? 1;
  return status.updatedReplicas === wanted && status.replicas === wanted && status.availableReplicas === wanted;
}

type Draft = Omit<DeploymentCondition, "lastUpdateTime" | "lastTransitionTime"> & { readonly moved?: boolean };

function condition(type: string, status: string, reason: string, message: string): Draft {
  return { type, status, reason, message };
}

function progressing({ deployment, newestName, wasCreated, now, sets, newest }: StatusInput, counts: Counts): Draft[] {
  const { spec, status: before = {} } = deployment;
  const deadline = spec.progressDeadlineSeconds ?? NO_DEADLINE;
  const current = before.conditions?.find(({ type }) => type === "Progressing");
  if (deadline === NO_DEADLINE) return [];
  if (spec.paused) {
    const timedOut = current?.reason === "ProgressDeadlineExceeded";
    return [timedOut && current ? current : condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")];
  }
  if (current?.reason === "DeploymentPaused") return [condition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed")];
  const what = `ReplicaSet ${JSON.stringify(newestName ?? "")}`;
  if (wasCreated)
    return [{ ...condition("Progressing", "True", "NewReplicaSetCreated", `Created new replica set ${JSON.stringify(newestName ?? "")}`), moved: true }];
  if (isComplete(deployment, counts)) return [condition("Progressing", "True", "NewReplicaSetAvailable", `${what} has successfully progressed.`)];
  const old = total(
    sets.filter((set) => set !== newest),
    (set) => set.status?.replicas ?? 0,
  );
  const oldBefore = (before.replicas ?? 0) - (before.updatedReplicas ?? 0);
  const moved =
    counts.updatedReplicas > (before.updatedReplicas ?? 0) ||
    counts.readyReplicas > (before.readyReplicas ?? 0) ||
    counts.availableReplicas > (before.availableReplicas ?? 0) ||
    old < oldBefore;
  if (moved || !current) return [{ ...condition("Progressing", "True", "ReplicaSetUpdated", `${what} is progressing.`), moved: true }];
  if (current.reason === "NewReplicaSetAvailable" && newest && (newest.spec.replicas ?? 1) === (deployment.spec.replicas ?? 1)) return [current];
  if (remainingMs(current, deadline, now) <= 0) return [condition("Progressing", "False", "ProgressDeadlineExceeded", `${what} has timed out progressing.`)];
  return [current];
}

function remainingMs(current: DeploymentCondition, deadlineSeconds: number, now: number): number {
  return Date.parse(current.lastUpdateTime ?? "") + deadlineSeconds * 1000 - now;
}

/** In how many milliseconds the progress deadline will be over; undefined where none is running. */
export function deadlineIn({ spec }: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const current = status.conditions?.find(({ type }) => type === "Progressing");
  const deadline = spec.progressDeadlineSeconds ?? NO_DEADLINE;
  if (!current || deadline === NO_DEADLINE || spec.paused || current.status !== "True" || current.reason === "NewReplicaSetAvailable") return undefined;
  return Math.max(remainingMs(current, deadline, now), 0) + 1000;
}

/** Times move only when what they tell of does: an unchanged condition stays as it was. */
function merged(before: readonly DeploymentCondition[], drafts: readonly Draft[], now: number): DeploymentCondition[] {
  const at = timestamp(now);
  return drafts.map(({ moved, ...draft }) => {
    const last = before.find(({ type }) => type === draft.type);
    if (last && last.status === draft.status && last.reason === draft.reason && !moved)
      return { ...last, ...(draft.message !== undefined && { message: draft.message }) };
    return { ...draft, lastUpdateTime: at, lastTransitionTime: last?.status === draft.status ? (last?.lastTransitionTime ?? at) : at };
  });
}

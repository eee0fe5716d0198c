/** What a deployment writes on its replica sets and itself: revisions, and how many there should be in all. */

import type { Deployment, ReplicaSet } from "../../api/tables/apps-v1.ts";

export const REVISION = "deployment.kubernetes.io/revision";
const HISTORY = "deployment.kubernetes.io/revision-history";
export const DESIRED = "deployment.kubernetes.io/desired-replicas";
export const MAXIMUM = "deployment.kubernetes.io/max-replicas";
const NOT_COPIED = new Set(["kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MAXIMUM, "deprecated.deployment.rollback.to"]);

/** Revisions are int64: a double would lose count beyond 2^53. What is no number counts as none. */
export function revisionOf(object: ReplicaSet | Deployment): bigint {
  const text = object.metadata.annotations?.[REVISION] ?? "";
  return /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
}

/** Annotations of the newest replica set: the deployment's, its revision, its sizes. */
export function setAnnotations(deployment: Deployment, set: ReplicaSet | undefined, revision: bigint, maximum: number): Record<string, string> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  const earlier = set?.metadata.annotations?.[REVISION];
  const history = set?.metadata.annotations?.[HISTORY];
  const moved = earlier !== undefined && earlier !== String(revision);
  return {
    ...Object.fromEntries(copied),
    [REVISION]: String(revision),
    ...(moved ? { [HISTORY]: history ? `${history},${earlier}` : earlier } : history !== undefined && { [HISTORY]: history }),
    ...sizes(deployment, maximum),
  };
}

export function sizes(deployment: Deployment, maximum: number): Record<string, string> {
  return { [DESIRED]: String(deployment.spec.replicas ?? 1), [MAXIMUM]: String(maximum) };
}

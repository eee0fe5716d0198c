/** A pod's phase: a summary of its containers' states. */

import type { Container, ContainerStatus } from "../../../api/tables/core-v1.ts";
import { type AgentPod, isSidecar, restartsAfter, statusNamed } from "../agent-pod.ts";

export type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

interface Tally {
  running: number;
  /** Never started so far. */
  waiting: number;
  unknown: number;
  stopped: number;
  /** Stopped with 0. */
  succeeded: number;
  /** Stopped, and will be started again. */
  returning: number;
}

export interface PhaseFacts {
  /** Nothing of the pod runs or will run again: it was deleted, evicted or went past its deadline. */
  readonly over: boolean;
  /** An ordinary container was started in the present sandbox. */
  readonly initialized: boolean;
}

/** How the newest run of a container ended, also when the container waits to be started again. */
function lastEnd(status: ContainerStatus): number | undefined {
  return (status.state?.terminated ?? (status.state?.waiting && status.lastState?.terminated))?.exitCode;
}

type InitProgress = "pending" | "failed" | "done";

function initProgress(pod: AgentPod, container: Container, status: ContainerStatus | undefined): InitProgress {
  const exitCode = status && lastEnd(status);
  if (exitCode === undefined) return "pending";
  if (exitCode === 0) return "done";
  // One that failed and is about to be tried again holds nothing up here: the ordinary containers are still waiting.
  return restartsAfter(pod.spec, container, exitCode) ? "done" : "failed";
}

/** @param statuses of init and ordinary containers */
export function phaseOf(pod: AgentPod, statuses: readonly ContainerStatus[], { over, initialized }: PhaseFacts): Phase {
  const init = pod.spec.initContainers ?? [];
  const progress = init.filter((container) => !isSidecar(container)).map((container) => initProgress(pod, container, statusNamed(statuses, container.name)));
  if (progress.includes("failed")) return "Failed";

  const tally: Tally = { running: 0, waiting: 0, unknown: 0, stopped: 0, succeeded: 0, returning: 0 };
  const sidecarsPending = init.filter(isSidecar).filter((container) => countSidecar(tally, statusNamed(statuses, container.name))).length;
  for (const container of pod.spec.containers) countOrdinary(tally, pod, container, statusNamed(statuses, container.name));

  if (progress.includes("pending") || (sidecarsPending > 0 && !initialized) || tally.waiting > 0) return "Pending";
  if (tally.unknown > 0) return "Pending";
  if (tally.running > 0) return "Running";
  if (tally.stopped === 0) return "Pending";
  if (!over && tally.returning > 0) return "Running";
  return tally.stopped === tally.succeeded ? "Succeeded" : "Failed";
}

/** A sidecar that ended has no part in the phase. @returns whether it has yet to start */
function countSidecar(tally: Tally, status: ContainerStatus | undefined): boolean {
  if (!status) {
    tally.unknown++;
    return false;
  }
  if (status.state?.running) {
    tally.running++;
    return status.started !== true;
  }
  if (lastEnd(status) !== undefined) return false;
  if (status.state?.waiting) tally.waiting++;
  else tally.unknown++;
  return true;
}

function countOrdinary(tally: Tally, pod: AgentPod, container: Container, status: ContainerStatus | undefined): void {
  const exitCode = status && lastEnd(status);
  if (status?.state?.running) tally.running++;
  else if (exitCode !== undefined) {
    tally.stopped++;
    if (restartsAfter(pod.spec, container, exitCode)) tally.returning++;
    if (status?.state?.terminated && exitCode === 0) tally.succeeded++;
  } else if (status?.state?.waiting) tally.waiting++;
  else tally.unknown++;
}

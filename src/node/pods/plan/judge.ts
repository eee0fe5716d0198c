/** What a plan is made of, and the judgements on one container that its parts share. */

import type { Container } from "../../../api/tables/core-v1.ts";
import type { ContainerStatus as RuntimeContainer } from "../../runtime/container-runtime.ts";
import { type AgentPod, type ContainerKind, restartsAfter } from "../agent-pod.ts";
import { ANNOTATION, containerHash } from "../config/names.ts";
import { driftOf, needsRestart } from "../resize/drift.ts";
import { hasExited, type PodSeen } from "../seen.ts";
import type { ProbeVerdict } from "../status/container-status.ts";

/** Why a running container is killed; probes may have a grace of their own. */
export type KillReason = "startup" | "liveness" | "unknown" | "changed" | "resize";

export interface Kill {
  readonly container: Container;
  readonly id: string;
  readonly reason: KillReason;
  /** For the event. */
  readonly message: string;
}

export interface Start {
  readonly kind: ContainerKind;
  readonly container: Container;
  /** Whose pid namespace an ephemeral container joins. */
  readonly target?: string;
}

/** New amounts for a running container. */
export interface Resize {
  readonly container: Container;
  readonly id: string;
}

export interface Plan {
  /** Everything of the pod is stopped: its work is done, or its sandbox has to be made anew (then `sandbox` is set too). */
  readonly stopAll: boolean;
  /** The attempt of the sandbox to make. */
  readonly sandbox?: number;
  readonly kill: readonly Kill[];
  /** In this order; what has to wait for its back-off is passed over by whoever performs the plan. */
  readonly start: readonly Start[];
  readonly resize: readonly Resize[];
}

export const NOTHING: Plan = { stopAll: false, kill: [], start: [], resize: [] };

export interface PlanFacts {
  readonly pod: AgentPod;
  readonly seen: PodSeen;
  readonly nodeMemory: number;
  probes(containerId: string): ProbeVerdict | undefined;
}

/** Whether a container that doesn't run is to be started. */
export function startsNow(pod: AgentPod, container: Container, found: RuntimeContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp) return false;
  return !hasExited(found) || restartsAfter(pod.spec, container, found.exitCode);
}

/** Why a running container has to go, if it has. Its own message says whether it comes back. */
export function faultOf(
  found: RuntimeContainer,
  container: Container,
  facts: PlanFacts,
): { readonly reason: KillReason; readonly message: string } | undefined {
  const hash = found.annotations[ANNOTATION.hash];
  if (hash !== undefined && hash !== containerHash(container)) return { reason: "changed", message: `${container.name} definition changed` };
  const probe = failedProbe(found, container, facts);
  if (probe) return { reason: probe, message: `${container.name} failed ${probe} probe` };
  const drift = driftOf(found, container, facts);
  if (drift && needsRestart(container, drift)) return { reason: "resize", message: `${container.name} resize requires restart` };
  return undefined;
}

/** @returns the amounts to set where a running container has others than its spec says */
export function resizeOf(found: RuntimeContainer, container: Container, facts: PlanFacts): Resize[] {
  return driftOf(found, container, facts) ? [{ container, id: found.id }] : [];
}

function failedProbe(found: RuntimeContainer, container: Container, { probes }: PlanFacts): "startup" | "liveness" | undefined {
  const verdict = probes(found.id);
  if (container.startupProbe && verdict?.startup === false) return "startup";
  return container.livenessProbe && verdict?.liveness === false ? "liveness" : undefined;
}

export function killUnknown(container: Container, found: RuntimeContainer): Kill {
  return { container, id: found.id, reason: "unknown", message: `Container ${container.name} is in an unknown state, killed before its restart` };
}

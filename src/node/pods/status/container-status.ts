/** One container's status, from its newest two runs in the runtime, what the probes found, and what was reported before. */

import type { Container, ContainerState, ContainerStatus } from "../../../api/tables/core-v1.ts";
import { timestamp } from "../../../machinery/clock.ts";
import type { ContainerStatus as RuntimeContainer } from "../../runtime/container-runtime.ts";
import { type AgentPod, type ContainerKind, isSidecar, restartsAfter } from "../agent-pod.ts";
import { driftOf } from "../resize/drift.ts";
import { isRunning, type PodSeen } from "../seen.ts";

/** Why a container isn't running: the last attempt to start it failed so. */
export interface Waiting {
  readonly reason: string;
  readonly message: string;
}

export interface ProbeVerdict {
  /** Undefined: no result yet. */
  readonly startup?: boolean;
  readonly readiness?: boolean;
  readonly liveness?: boolean;
}

export interface ContainerFacts {
  readonly pod: AgentPod;
  readonly kind: ContainerKind;
  readonly container: Container;
  readonly seen: PodSeen;
  /** What the API was last told. */
  readonly last: ContainerStatus | undefined;
  readonly waiting: Waiting | undefined;
  /** By the runtime's container id. */
  probes(id: string): ProbeVerdict | undefined;
  /** `containerd` */
  readonly runtimeName: string;
  readonly nodeMemory: number;
}

/** Whether a running container doesn't have the amounts of its spec yet. */
export function isBehind(found: RuntimeContainer | undefined, container: Container, facts: { readonly pod: AgentPod; readonly nodeMemory: number }): boolean {
  return isRunning(found) && driftOf(found, container, facts) !== undefined;
}

const LOST = { reason: "ContainerStatusUnknown", exitCode: 137 };

/** @returns the status; the agent's own pure function of what it sees */
export function containerStatus(facts: ContainerFacts): ContainerStatus {
  const { pod, kind, container, seen, last } = facts;
  const [current, previous] = seen.containers.filter(({ name }) => name === container.name);
  const status = current ? fromRuntime(facts, current, previous) : fromMemory(facts);
  if (kind === "init" && !current && !isSidecar(container) && status.state?.waiting && anyOrdinarySeen(pod, seen)) {
    // The runtime forgot it, and what comes after it has begun.
    status.state = { terminated: { exitCode: 0, reason: "Completed", startedAt: timestamp(0), finishedAt: timestamp(0) } };
  } else if (facts.waiting && willStart(facts, current)) {
    if (status.state?.terminated) status.lastState = status.state;
    status.state = { waiting: { reason: facts.waiting.reason, ...(facts.waiting.message && { message: facts.waiting.message }) } };
  }
  Object.assign(status, readinessOf(facts, status));
  if (last?.volumeMounts) status.volumeMounts = last.volumeMounts;
  else if (container.volumeMounts?.length) status.volumeMounts = mountsOf(container);
  return status;
}

function mountsOf(container: Container): NonNullable<ContainerStatus["volumeMounts"]> {
  return (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    ...(readOnly && { readOnly, recursiveReadOnly: "Disabled" }),
  }));
}

function anyOrdinarySeen(pod: AgentPod, seen: PodSeen): boolean {
  return pod.spec.containers.some(({ name }) => seen.containers.some((container) => container.name === name));
}

function willStart({ pod, kind, container }: ContainerFacts, current: RuntimeContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp) return false;
  if (!current) return true;
  if (current.state === "CONTAINER_RUNNING" || kind === "ephemeral") return false;
  if (current.state !== "CONTAINER_EXITED") return true;
  if (kind === "init" && !isSidecar(container) && current.exitCode === 0) return false;
  return restartsAfter(pod.spec, container, current.exitCode);
}

function fromRuntime(facts: ContainerFacts, current: RuntimeContainer, previous: RuntimeContainer | undefined): ContainerStatus {
  const { container, last, runtimeName } = facts;
  const resources = isBehind(current, container, facts) ? (last?.resources ?? container.resources) : container.resources;
  const earlier = previous && stateOf(previous, runtimeName);
  // The runtime may have forgotten the run before (an agent cleans up): what was reported stays.
  const reported = last && last.containerID !== `${runtimeName}://${current.id}` ? last.state : last?.lastState;
  const lastState = earlier?.terminated ? earlier : reported?.terminated ? { terminated: reported.terminated } : undefined;
  return {
    name: container.name,
    state: stateOf(current, runtimeName),
    ...(lastState && { lastState }),
    ready: false,
    restartCount: Math.max(current.attempt, last?.restartCount ?? 0),
    image: container.image && !current.image.startsWith("sha256:") ? current.image : (container.image ?? current.image),
    imageID: current.imageRef,
    containerID: `${runtimeName}://${current.id}`,
    ...(resources && { resources }),
    ...(container.resources?.requests && { allocatedResources: container.resources.requests }),
    ...(current.user && { user: { linux: { uid: current.user.uid, gid: current.user.gid, supplementalGroups: [...current.user.supplementalGroups] } } }),
  };
}

function stateOf(container: RuntimeContainer, runtimeName: string): ContainerState {
  switch (container.state) {
    case "CONTAINER_RUNNING":
      return { running: { startedAt: timestamp(container.startedAtMs) } };
    case "CONTAINER_EXITED":
      return {
        terminated: {
          exitCode: container.exitCode,
          ...(container.reason && { reason: container.reason }),
          ...(container.message && { message: container.message }),
          startedAt: timestamp(container.startedAtMs),
          finishedAt: timestamp(container.finishedAtMs),
          containerID: `${runtimeName}://${container.id}`,
        },
      };
    default:
      return { waiting: {} };
  }
}

/** The runtime knows nothing of it: it never ran, or its traces are gone. */
function fromMemory({ pod, container, last }: ContainerFacts): ContainerStatus {
  const waiting = { reason: pod.spec.initContainers?.length ? "PodInitializing" : "ContainerCreating" };
  const fresh: ContainerStatus = { name: container.name, state: { waiting }, ready: false, restartCount: 0, image: container.image ?? "", imageID: "" };
  if (!last) return fresh;
  if (last.state?.terminated) return { ...last, ready: false };
  const kept: ContainerStatus = { ...fresh, restartCount: last.restartCount, ...(last.lastState && { lastState: last.lastState }) };
  if (!last.state?.running || last.lastState?.terminated) return kept;
  // It ran, and nobody can say how it ended: it counts as a failure, so that it isn't taken for one that never ran.
  const message = "The container could not be located when the pod was deleted.  The container used to be Running";
  return {
    ...kept,
    lastState: { terminated: { ...LOST, message, startedAt: timestamp(0), finishedAt: timestamp(0) } },
    restartCount: last.restartCount + (pod.metadata.deletionTimestamp ? 0 : 1),
  };
}

function readinessOf({ kind, container, seen, probes }: ContainerFacts, status: ContainerStatus): { ready: boolean; started: boolean } {
  const current = seen.containers.find(({ name }) => name === container.name);
  if (kind === "init" && !isSidecar(container)) return { ready: status.state?.terminated?.exitCode === 0, started: status.state?.running !== undefined };
  if (!isRunning(current)) return { ready: false, started: false };
  const verdict = probes(current.id);
  const started = container.startupProbe ? verdict?.startup === true : true;
  const ready = started && (container.readinessProbe ? verdict?.readiness === true : true);
  return { ready: kind === "ephemeral" ? false : ready, started };
}

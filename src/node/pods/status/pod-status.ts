/** A pod's whole status, as a pure function of its spec, what the runtime shows, and what was reported before. */

import type { PodStatus } from "../../../api/tables/core-v1.ts";
import { timestamp } from "../../../machinery/clock.ts";
import { type AgentPod, containersOf, isTerminal, statusNamed } from "../agent-pod.ts";
import { qosClass } from "../qos.ts";
import { isInitialized, judgeSandbox, newest, type PodSeen } from "../seen.ts";
import { conditionsOf, OWNED_CONDITIONS, withTransitions } from "./conditions.ts";
import { containerStatus, isBehind, type ProbeVerdict, type Waiting } from "./container-status.ts";
import { type Phase, phaseOf } from "./phase.ts";

export interface StatusFacts {
  readonly pod: AgentPod;
  readonly seen: PodSeen;
  /** What was last reported; the API's status where this agent has reported nothing yet. */
  readonly last: PodStatus;
  readonly nodeIps: readonly string[];
  readonly runtimeName: string;
  readonly now: number;
  /** Nothing of the pod runs or will run again. */
  readonly over: boolean;
  /** Set where the agent ended the pod: DeadlineExceeded, Evicted, or a refusal to run it. */
  readonly verdict?: { readonly reason: string; readonly message: string } | undefined;
  readonly nodeMemory: number;
  /** Why new amounts aren't granted, or could not be set. */
  readonly resize?: { readonly pending?: { readonly reason: string; readonly message: string } | undefined; readonly error?: string | undefined } | undefined;
  waiting(container: string): Waiting | undefined;
  probes(containerId: string): ProbeVerdict | undefined;
}

export function podStatus(facts: StatusFacts): PodStatus {
  const { pod, seen, last, nodeIps, now } = facts;
  const hostIPs = nodeIps.map((ip) => ({ ip }));
  const of = (kind: "init" | "ordinary" | "ephemeral", before: PodStatus["containerStatuses"]) =>
    containersOf(pod.spec)
      .filter((one) => one.kind === kind)
      .map(({ container }) =>
        containerStatus({ ...facts, kind, container, last: statusNamed(before, container.name), waiting: facts.waiting(container.name) }),
      );
  const init = of("init", last.initContainerStatuses);
  // Kubernetes lists ordinary and ephemeral containers by name.
  const ordinary = of("ordinary", last.containerStatuses).toSorted(byName);
  const ephemeral = of("ephemeral", last.ephemeralContainerStatuses).toSorted(byName);

  const phase = settledPhase(facts, phaseOf(pod, [...init, ...ordinary], { over: facts.over, initialized: isInitialized(pod, seen) }));
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !OWNED_CONDITIONS.has(type));
  const resizing = containersOf(pod.spec).some(({ container }) => isBehind(newest(seen, container.name), container, facts));
  const resize = { pending: facts.resize?.pending, inProgress: resizing ? { error: facts.resize?.error ?? "" } : undefined };
  const own = conditionsOf({ pod, phase, statuses: [...init, ...ordinary], sandboxTrouble: judgeSandbox(pod, seen).why, others, resize });
  const reasons =
    (facts.over && facts.verdict) || (phase === last.phase ? { reason: last.reason ?? pod.status?.reason, message: last.message ?? pod.status?.message } : {});
  const podIPs = podIpsOf(facts);
  const generation = pod.metadata.generation;
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    conditions: [...withTransitions(own, last.conditions ?? [], generation, timestamp(now)), ...others],
    ...(reasons.message && { message: reasons.message }),
    ...(reasons.reason && { reason: reasons.reason }),
    ...(hostIPs[0] && { hostIP: hostIPs[0].ip, hostIPs }),
    ...(podIPs[0] && { podIP: podIPs[0].ip, podIPs }),
    startTime: last.startTime ?? timestamp(now),
    ...(init.length > 0 && { initContainerStatuses: init }),
    containerStatuses: ordinary,
    qosClass: last.qosClass ?? qosClass(pod.spec),
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
  };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** A pod never leaves a phase that is final, and one that the agent ended has failed. */
function settledPhase({ pod, last, verdict, over }: StatusFacts, computed: Phase): Phase {
  const final = [pod.status?.phase, last.phase].find(isTerminal);
  if (final) return final as Phase;
  return verdict && over ? "Failed" : computed;
}

/** Addresses of a pod that ended stay on view until the pod is gone. */
function podIpsOf({ pod, seen, last, nodeIps }: StatusFacts): { ip: string }[] {
  if (pod.spec.hostNetwork) return last.podIPs ?? nodeIps.map((ip) => ({ ip }));
  const [sandbox] = seen.sandboxes;
  return sandbox?.ready ? sandbox.ips.map((ip) => ({ ip })) : (last.podIPs ?? []);
}

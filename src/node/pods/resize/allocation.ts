/** What of a pod's new amounts this node grants (KEP-1287): all that was asked for, or, where it has no room, what the pod had. */

import type { Container, PodStatus, ResourceRequirements } from "../../../api/tables/core-v1.ts";
import { type Refusal, shortage } from "../admit.ts";
import { type AgentPod, statusNamed } from "../agent-pod.ts";
import type { Allocatable } from "../config/resource-ref.ts";

export interface Allocation {
  /** The pod with the amounts that hold. */
  readonly pod: AgentPod;
  /** Why they aren't those of the spec: never possible here, or not as long as the others run. */
  readonly pending: { readonly reason: "Infeasible" | "Deferred"; readonly message: string } | undefined;
}

type Amounts = (container: Container) => ResourceRequirements | undefined;

function withAmounts(pod: AgentPod, amounts: Amounts): AgentPod {
  const given = (containers: readonly Container[]): Container[] => containers.map((container) => ({ ...container, resources: amounts(container) }));
  const { initContainers, containers } = pod.spec;
  return { ...pod, spec: { ...pod.spec, containers: given(containers), ...(initContainers && { initContainers: given(initContainers) }) } };
}

function amountsOf({ spec }: AgentPod): string {
  return JSON.stringify([...(spec.initContainers ?? []), ...spec.containers].map(({ name, resources }) => [name, resources?.requests, resources?.limits]));
}

/** @returns the pod with the amounts that it had when it was last reported, for an agent that has just started */
export function withReportedAmounts(pod: AgentPod, status: PodStatus): AgentPod {
  const reported = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  return withAmounts(pod, (container) => statusNamed(reported, container.name)?.resources ?? container.resources);
}

/** @param running the pod with the amounts that hold so far @param wanted as the API has it */
export function allocate(running: AgentPod, wanted: AgentPod, others: readonly AgentPod[], allocatable: Allocatable): Allocation {
  if (amountsOf(running) === amountsOf(wanted)) return { pod: wanted, pending: undefined };
  const never = shortage(wanted, [], allocatable);
  const now = never ?? shortage(wanted, others, allocatable);
  if (!now) return { pod: wanted, pending: undefined };
  const kept = new Map([...(running.spec.initContainers ?? []), ...running.spec.containers].map(({ name, resources }) => [name, resources]));
  return {
    pod: withAmounts(wanted, ({ name }) => kept.get(name)),
    pending: { reason: never ? "Infeasible" : "Deferred", message: messageOf(now, never !== undefined) },
  };
}

/** What can never be had says so without what others use. */
function messageOf({ message }: Refusal, never: boolean): string {
  return never ? message.replace("enough resource", "enough capacity").replace(/ used: \d+,/, "") : message;
}

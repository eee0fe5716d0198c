/** A pod as the agent works on it, and what its spec says of its containers. */

import { AssertionError } from "node:assert";
import type { Container, ContainerStatus, EphemeralContainer, Pod, PodSpec } from "../../api/tables/core-v1.ts";
import type { ObjectMeta } from "../../api/tables/meta-v1.ts";

/** A pod of this node, as read from the API: named, and with a spec. */
export interface AgentPod extends Pod {
  metadata: ObjectMeta & { name: string; namespace: string; uid: string };
  spec: PodSpec & { containers: Container[] };
}

export type ContainerKind = "init" | "ordinary" | "ephemeral";

/** @throws AssertionError for what no API server hands out */
export function agentPod(pod: Pod): AgentPod {
  const { name, namespace, uid } = pod.metadata ?? {};
  if (!name || !namespace || !uid || !pod.spec?.containers) throw new AssertionError({ message: `a pod lacks name, namespace, UID or containers: ${name}` });
  return pod as AgentPod;
}

/** `namespace/name` for logs. */
export function podKey(pod: AgentPod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}

/** `name_namespace(uid)`, as messages name a pod. */
export function podTitle(pod: AgentPod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}

/** An init container that stays (KEP-753). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

export interface PodContainer {
  readonly kind: ContainerKind;
  readonly container: Container;
  /** Whose pid namespace an ephemeral container joins. */
  readonly target?: string;
}

export function ephemeralAsContainer(ephemeral: EphemeralContainer): Container {
  return ephemeral as Container;
}

/** Every container of the spec, in the order init, ordinary, ephemeral. */
export function containersOf(spec: PodSpec): PodContainer[] {
  return [
    ...(spec.initContainers ?? []).map((container) => ({ kind: "init" as const, container })),
    ...(spec.containers ?? []).map((container) => ({ kind: "ordinary" as const, container })),
    ...(spec.ephemeralContainers ?? []).map((ephemeral) => ({
      kind: "ephemeral" as const,
      container: ephemeralAsContainer(ephemeral),
      ...(ephemeral.targetContainerName && { target: ephemeral.targetContainerName }),
    })),
  ];
}

export function findContainer(spec: PodSpec, name: string): PodContainer | undefined {
  return containersOf(spec).find(({ container }) => container.name === name);
}

/** Whether a container that ended so is started again: its own rules, its own policy, then the pod's (KEP-5307). */
export function restartsAfter(spec: PodSpec, container: Container, exitCode: number): boolean {
  if (container.restartPolicy) {
    const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
      const listed = exitCodes?.values?.includes(exitCode) ?? false;
      return exitCodes?.operator === "NotIn" ? !listed : exitCodes?.operator === "In" && listed;
    });
    if (rule?.action === "Restart" || rule?.action === "RestartAllContainers") return true;
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? "Always";
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

/** Whether a running container that is killed for a failed probe comes back: rules need an exit code, so only policies count. */
export function restartsWhenKilled(spec: PodSpec, container: Container): boolean {
  return (container.restartPolicy ?? spec.restartPolicy) !== "Never";
}

export function statusNamed(statuses: readonly ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  return statuses?.find((status) => status.name === name);
}

export function graceSeconds(pod: AgentPod): number {
  return Number(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30);
}

export function isTerminal(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

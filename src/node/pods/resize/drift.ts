/** Whether a running container has the amounts that its spec says, in the kernel's numbers (KEP-1287). */

import type { Container } from "../../../api/tables/core-v1.ts";
import type { ContainerStatus as RuntimeContainer } from "../../runtime/container-runtime.ts";
import type { AgentPod } from "../agent-pod.ts";
import { containerResources } from "../config/resources.ts";

export interface Drift {
  readonly cpu: boolean;
  readonly memory: boolean;
}

/** @returns what differs; undefined where nothing does, or where the runtime doesn't tell */
export function driftOf(
  { resources: actual }: RuntimeContainer,
  container: Container,
  { pod, nodeMemory }: { readonly pod: AgentPod; readonly nodeMemory: number },
): Drift | undefined {
  if (!actual || actual.cpu_period === 0) return undefined;
  const wanted = containerResources(pod, container, nodeMemory);
  // A quota that was taken away is -1 to the kernel; one that never was is 0.
  const cpu = actual.cpu_shares !== wanted.cpu_shares || Math.max(0, actual.cpu_quota) !== (wanted.cpu_quota ?? 0);
  const memory = Math.max(0, actual.memory_limit_in_bytes) !== (wanted.memory_limit_in_bytes ?? 0);
  return cpu || memory ? { cpu, memory } : undefined;
}

/** Some programs read their limits when they start: their pod says so. */
export function needsRestart({ resizePolicy = [] }: Container, drift: Drift): boolean {
  return resizePolicy.some(({ resourceName, restartPolicy }) => restartPolicy === "RestartContainer" && (resourceName === "cpu" ? drift.cpu : drift.memory));
}

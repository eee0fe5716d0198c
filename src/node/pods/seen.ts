/** A pod as the runtime shows it: everything that decisions and the status are made from. */

import type { ContainerStatus as RuntimeContainer, SandboxStatus } from "../runtime/container-runtime.ts";
import type { AgentPod } from "./agent-pod.ts";

export interface PodSeen {
  /** Newest first. */
  readonly sandboxes: readonly SandboxStatus[];
  /** Newest first, those of earlier sandboxes included. */
  readonly containers: readonly RuntimeContainer[];
}

export const nothingSeen: PodSeen = { sandboxes: [], containers: [] };

export function newest(seen: PodSeen, name: string): RuntimeContainer | undefined {
  return seen.containers.find((container) => container.name === name);
}

/** The container's newest instance in the sandbox that is in use. */
export function newestActive(seen: PodSeen, name: string): RuntimeContainer | undefined {
  const [sandbox] = seen.sandboxes;
  return sandbox?.ready ? seen.containers.find((container) => container.name === name && container.sandboxId === sandbox.id) : undefined;
}

export function isRunning(container: RuntimeContainer | undefined): container is RuntimeContainer & { readonly state: "CONTAINER_RUNNING" } {
  return container?.state === "CONTAINER_RUNNING";
}

export function hasExited(container: RuntimeContainer | undefined): container is RuntimeContainer & { readonly state: "CONTAINER_EXITED" } {
  return container?.state === "CONTAINER_EXITED";
}

/** An ordinary container was started in the present sandbox: initialization is over, whatever became of the init containers. */
export function isInitialized(pod: AgentPod, seen: PodSeen): boolean {
  return pod.spec.containers.some(({ name }) => {
    const found = newestActive(seen, name);
    return found !== undefined && found.state !== "CONTAINER_CREATED";
  });
}

export interface SandboxVerdict {
  /** The sandbox that containers may be started in. */
  readonly usable: SandboxStatus | undefined;
  /** Of the sandbox to make where none is usable. */
  readonly attempt: number;
  /** Why none is usable, in the words of the condition PodReadyToStartContainers. */
  readonly why: string;
}

/** Whether the newest sandbox can be used. */
export function judgeSandbox(pod: AgentPod, seen: PodSeen): SandboxVerdict {
  const [sandbox] = seen.sandboxes;
  if (!sandbox) return { usable: undefined, attempt: 0, why: "no pod sandbox exists" };
  const again = (why: string): SandboxVerdict => ({ usable: undefined, attempt: sandbox.attempt + 1, why });
  if (seen.sandboxes.filter(({ ready }) => ready).length > 1) return again("multiple pod sandboxes are ready and need to be reconciled");
  if (!sandbox.ready) return again("pod sandbox is not ready");
  if (!pod.spec.hostNetwork && sandbox.ips.length === 0) return again("pod sandbox has no IP address");
  return { usable: sandbox, attempt: sandbox.attempt, why: "" };
}

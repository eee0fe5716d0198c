/** Takes away what a pod leaves on the node: step by step while it lives, the rest when it is gone. */

import { rm } from "node:fs/promises";
import { podCgroupPath } from "../cgroups/pod-cgroup.ts";
import { removePodFolder } from "../volumes/pod-volumes.ts";
import type { AgentPod } from "./agent-pod.ts";
import { logPath, podFolder, podLogFolder } from "./config/names.ts";
import type { AgentContext } from "./context.ts";
import { qosClass } from "./qos.ts";
import { hasExited, type PodSeen } from "./seen.ts";

/** Runs of one container that the runtime keeps: the present and the one before, for `logs --previous`. */
const RUNS_KEPT = 2;

/** Volumes, mounts and cgroup of a pod that has stopped; its logs stay readable. */
export async function removeFromDisk({ metadata, spec }: AgentPod, { folders, cgroups, cgroupRoot }: AgentContext): Promise<void> {
  await removePodFolder(podFolder(folders, metadata.uid));
  await cgroups.remove(podCgroupPath(cgroupRoot, metadata.uid, qosClass(spec)));
}

/** Everything that the runtime knows of it, and its logs. */
export async function removeFromRuntime(pod: AgentPod, seen: PodSeen, { runtime, folders }: AgentContext): Promise<void> {
  for (const { id } of seen.containers) await runtime.removeContainer(id);
  for (const { id } of seen.sandboxes) await runtime.removeSandbox(id);
  await rm(podLogFolder(folders, pod), { recursive: true, force: true });
}

/** Runs of long ago, and sandboxes that have nothing left in them. @param stopped sandboxes that are known to have given their address back */
export async function removeOldRuns(pod: AgentPod, seen: PodSeen, stopped: ReadonlySet<string>, { runtime, folders }: AgentContext): Promise<void> {
  const runs = new Map<string, number>();
  for (const container of seen.containers) {
    const count = (runs.get(container.name) ?? 0) + 1;
    runs.set(container.name, count);
    if (count <= RUNS_KEPT || !hasExited(container)) continue;
    await runtime.removeContainer(container.id);
    await rm(`${podLogFolder(folders, pod)}/${logPath(container.name, container.attempt)}`, { force: true });
  }
  for (const { id, ready } of seen.sandboxes.slice(1)) {
    if (!ready && stopped.has(id) && !seen.containers.some(({ sandboxId }) => sandboxId === id)) await runtime.removeSandbox(id);
  }
}

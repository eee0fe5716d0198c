/** Takes away what a pod leaves on the node: step by step while it lives, the rest when it is gone. */

import { readdir, rm } from "node:fs/promises";
import { podCgroupPath } from "../cgroups/pod-cgroup.ts";
import { removePodFolder } from "../volumes/pod-volumes.ts";
import type { AgentPod } from "./agent-pod.ts";
import { legacyLogLink, logPath, podFolder, podLogFolder } from "./config/names.ts";
import type { AgentContext } from "./context.ts";
import { QOS_CLASSES, qosClass } from "./qos.ts";
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
  for (const { id, name } of seen.containers) {
    await runtime.removeContainer(id);
    await rm(legacyLogLink(folders, pod, name, id), { force: true });
  }
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
    await rm(legacyLogLink(folders, pod, container.name, container.id), { force: true });
    await rm(`${podLogFolder(folders, pod)}/${logPath(container.name, container.attempt)}`, { force: true });
  }
  for (const { id, ready } of seen.sandboxes.slice(1)) {
    if (!ready && stopped.has(id) && !seen.containers.some(({ sandboxId }) => sandboxId === id)) await runtime.removeSandbox(id);
  }
}

/** What pods left behind that ended while no agent was looking and the runtime has forgotten (a power cut). @param alive UIDs of the pods that are still cared for */
export async function removeStrays(alive: ReadonlySet<string>, { folders, cgroups, cgroupRoot, log }: AgentContext): Promise<void> {
  const attempt = (what: string, work: Promise<unknown>) => work.catch((error: Error) => log.warn("a stray was not removed", { what, error: error.message }));
  for (const uid of await readdir(`${folders.root}/pods`).catch(() => [])) if (!alive.has(uid)) await attempt(uid, removePodFolder(podFolder(folders, uid)));
  for (const uid of await cgroups.podUids(cgroupRoot)) {
    if (alive.has(uid)) continue;
    for (const qos of QOS_CLASSES) await attempt(uid, cgroups.remove(podCgroupPath(cgroupRoot, uid, qos)));
  }
  for (const name of await readdir(folders.podLogs).catch(() => [])) {
    const uid = name.slice(name.lastIndexOf("_") + 1);
    if (!alive.has(uid)) await attempt(name, rm(`${folders.podLogs}/${name}`, { recursive: true, force: true }));
  }
}

/** Makes a pod's sandbox: its cgroup with the pod's own limits, the folder of its logs, and what the runtime is asked for. */

import { mkdir } from "node:fs/promises";
import { podCgroupPath, podLimits } from "../cgroups/pod-cgroup.ts";
import type { PodSandboxConfig } from "../runtime/cri/cri.ts";
import type { AgentPod } from "./agent-pod.ts";
import { podLogFolder } from "./config/names.ts";
import { sandboxConfig } from "./config/sandbox-config.ts";
import type { AgentContext } from "./context.ts";
import { qosClass } from "./qos.ts";

/** @param attempt how many sandboxes the pod had before */
export function sandboxOf(pod: AgentPod, attempt: number, { dns, folders, cgroupRoot }: AgentContext): PodSandboxConfig {
  const cgroup = podCgroupPath(cgroupRoot, pod.metadata.uid, qosClass(pod.spec));
  return sandboxConfig({ pod, attempt, dns, folders, cgroup });
}

/** @throws Error of the runtime, after an event says so on the pod */
export async function makeSandbox(pod: AgentPod, attempt: number, context: AgentContext): Promise<void> {
  const config = sandboxOf(pod, attempt, context);
  await context.cgroups.set(config.linux?.cgroup_parent ?? "", podLimits(pod.spec, context.pidsMax));
  await mkdir(podLogFolder(context.folders, pod), { recursive: true, mode: 0o755 });
  try {
    await context.runtime.runSandbox(config, context.objects.runtimeHandler(pod.spec.runtimeClassName));
  } catch (error) {
    const message = `Failed to create pod sandbox: ${(error as Error).message}`;
    context.note({ pod, type: "Warning", reason: "FailedCreatePodSandBox", message });
    throw error;
  }
}

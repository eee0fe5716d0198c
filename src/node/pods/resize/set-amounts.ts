/** Gives running containers their new amounts, and their pod's cgroup with them. */

import { podCgroupPath, podLimits } from "../../cgroups/pod-cgroup.ts";
import type { AgentPod } from "../agent-pod.ts";
import { containerResources } from "../config/resources.ts";
import type { AgentContext } from "../context.ts";
import type { Resize } from "../plan/judge.ts";
import { qosClass } from "../qos.ts";

const NO_LIMIT = -1;

/** @throws Error where the kernel refuses, such as a memory limit below what is used */
export async function setAmounts(pod: AgentPod, resizes: readonly Resize[], { cgroups, cgroupRoot, pidsMax, runtime, node }: AgentContext): Promise<void> {
  if (resizes.length === 0) return;
  const path = podCgroupPath(cgroupRoot, pod.metadata.uid, qosClass(pod.spec));
  const limits = podLimits(pod.spec, pidsMax);
  // The whole must hold its parts at every moment: it is opened first and closed last.
  await cgroups.set(path, { ...limits, memoryBytes: 0, cpuQuotaUs: 0 });
  try {
    for (const { container, id } of resizes) {
      const wanted = containerResources(pod, container, node.memoryBytes);
      await runtime.updateResources(id, { ...wanted, cpu_quota: wanted.cpu_quota ?? NO_LIMIT });
    }
  } finally {
    await cgroups.set(path, limits);
  }
}

/** Requests and limits as the kernel's numbers. */

import type { Container } from "../../../api/tables/core-v1.ts";
import { parseQuantity } from "../../../machinery/quantity/quantity.ts";
import type { LinuxContainerResources } from "../../runtime/cri/cri.ts";
import type { AgentPod } from "../agent-pod.ts";
import { isSidecar } from "../agent-pod.ts";
import { qosClass } from "../qos.ts";

export const CPU_PERIOD_US = 100_000;
const QUOTA_MIN_US = 1000;
const SHARES_MIN = 2;
const SHARES_MAX = 262_144;
const GUARANTEED_OOM = -997;
const BEST_EFFORT_OOM = 1000;

export function milliCpu(amounts: Record<string, string> | undefined): number | undefined {
  const text = amounts?.cpu;
  return text === undefined ? undefined : Number(parseQuantity(text).milliValue());
}

export function memoryBytes(amounts: Record<string, string> | undefined): number | undefined {
  const text = amounts?.memory;
  return text === undefined ? undefined : Number(parseQuantity(text).value());
}

export function sharesFor(milli: number): number {
  return milli === 0 ? SHARES_MIN : Math.min(SHARES_MAX, Math.max(SHARES_MIN, Math.floor((milli * 1024) / 1000)));
}

/** @returns 0 for no limit */
export function quotaFor(milli: number): number {
  return milli === 0 ? 0 : Math.max(QUOTA_MIN_US, Math.floor((milli * CPU_PERIOD_US) / 1000));
}

/** @param nodeMemory the node's capacity in bytes */
export function containerResources(pod: AgentPod, container: Container, nodeMemory: number): LinuxContainerResources {
  const { requests, limits } = container.resources ?? {};
  const cpuLimit = milliCpu(limits) ?? 0;
  const memory = memoryBytes(limits) ?? 0;
  return {
    // A request that wasn't given is the limit.
    cpu_shares: sharesFor(milliCpu(requests) ?? cpuLimit),
    ...(cpuLimit > 0 && { cpu_quota: quotaFor(cpuLimit) }),
    cpu_period: CPU_PERIOD_US,
    ...(memory > 0 && { memory_limit_in_bytes: memory }),
    oom_score_adj: oomScore(pod, container, nodeMemory),
  };
}

/** The less a container may ask for, and the more it asks for and doesn't get, the sooner the kernel ends it. [pkg/kubelet/qos] */
export function oomScore(pod: AgentPod, container: Container, nodeMemory: number): number {
  if (["system-cluster-critical", "system-node-critical"].includes(pod.spec.priorityClassName ?? "") || (pod.spec.priority ?? 0) >= 2_000_000_000)
    return GUARANTEED_OOM;
  const qos = qosClass(pod.spec);
  if (qos === "Guaranteed") return GUARANTEED_OOM;
  if (qos === "BestEffort") return BEST_EFFORT_OOM;
  const scoreOf = (bytes: number) => 1000 - Math.floor((1000 * bytes) / nodeMemory);
  let score = scoreOf(memoryBytes(container.resources?.requests) ?? 0);
  if (isSidecar(container) && !pod.spec.containers.includes(container)) {
    score = Math.min(score, scoreOf(Math.min(...pod.spec.containers.map((other) => memoryBytes(other.resources?.requests) ?? 0))));
  }
  return Math.min(BEST_EFFORT_OOM - 1, Math.max(1000 + GUARANTEED_OOM, score));
}

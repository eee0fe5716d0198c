/** When a pod has been active for long enough (`activeDeadlineSeconds`). */

import type { PodStatus } from "../../api/tables/core-v1.ts";
import type { AgentPod } from "./agent-pod.ts";

/** @param status as it was last reported. @returns milliseconds since 1970; undefined for a pod without a deadline, or that hasn't begun */
export function deadlineMs({ spec }: AgentPod, { startTime }: PodStatus): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || !startTime) return undefined;
  return Date.parse(startTime) + Number(spec.activeDeadlineSeconds) * 1000;
}

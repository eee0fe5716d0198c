/** What an earlier agent left is taken up: which containers were ready, and how often they had been started. */

import type { PodStatus } from "../../api/tables/core-v1.ts";
import type { PodProbes } from "../probes/pod-probes.ts";
import { type AgentPod, containersOf, statusNamed } from "./agent-pod.ts";
import { isRunning, newest, type PodSeen } from "./seen.ts";
import type { StartAttempts } from "./start-attempts.ts";

export interface Recalled {
  readonly pod: AgentPod;
  /** As it was last reported. */
  readonly last: PodStatus;
  readonly seen: PodSeen;
  readonly probes: PodProbes;
  readonly attempts: StartAttempts;
}

export function recall({ pod, last, seen, probes, attempts }: Recalled): void {
  const { containerStatuses = [], initContainerStatuses = [] } = last;
  for (const { container } of containersOf(pod.spec)) {
    const found = newest(seen, container.name);
    if (!found) continue;
    const status = statusNamed([...containerStatuses, ...initContainerStatuses], container.name);
    if (isRunning(found) && status?.containerID?.endsWith(found.id)) probes.recall(found.id, status.ready, status.started ?? false);
    attempts.recall(container.name, found.attempt, seen);
  }
}

/** What `kubectl get pods` shows. [Kubernetes pkg/printers/internalversion/printers.go printPod] */

import type { Column } from "../../kind.ts";
import { ageColumn, column, NONE, nameColumn, wide } from "../../meta/columns.ts";
import { ageOf } from "../../meta/human-duration.ts";
import type { ContainerStateTerminated, ContainerStatus, Pod, PodStatus } from "../../tables/core-v1.ts";
import { isRestartable } from "./aggregate.ts";

interface Summary {
  readonly ready: number;
  readonly total: number;
  readonly reason: string;
  readonly restarts: number;
  /** When a container last ended to be started again, in milliseconds. */
  readonly lastRestart: number | undefined;
}

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  column("Ready", "string", "How many of the pod's containers take traffic.", (pod) => {
    const { ready, total } = summarize(pod);
    return `${ready}/${total}`;
  }),
  column("Status", "string", "What the pod's containers are about, in a word.", (pod) => summarize(pod).reason),
  column("Restarts", "string", "How often the pod's containers were started again, and when that last was.", (pod, now) => {
    const { restarts, lastRestart } = summarize(pod);
    if (restarts === 0 || lastRestart === undefined) return String(restarts);
    return `${restarts} (${ageOf(new Date(lastRestart).toISOString(), now)} ago)`;
  }),
  ageColumn,
  wide("IP", "The pod's address.", ({ status }) => status?.podIPs?.[0]?.ip || NONE),
  wide("Node", "The node that the pod is on.", ({ spec }) => spec.nodeName || NONE),
  wide("Nominated Node", "The node on which others are evicted for the pod.", ({ status }) => status?.nominatedNodeName || NONE),
  wide("Readiness Gates", "How many of the conditions that others set are true.", ({ spec, status }) => {
    const gates = spec.readinessGates ?? [];
    if (gates.length === 0) return NONE;
    const open = gates.filter(({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === "True");
    return `${open.length}/${gates.length}`;
  }),
];

const summaries = new WeakMap<Pod, Summary>();

/** Computed once an object, since three columns read it. */
function summarize(pod: Pod): Summary {
  let summary = summaries.get(pod);
  if (!summary) {
    summary = summaryOf(pod);
    summaries.set(pod, summary);
  }
  return summary;
}

function summaryOf(pod: Pod): Summary {
  const status: PodStatus = pod.status ?? {};
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isRestartable).map(({ name }) => name));
  const starting = whileStarting(pod, status, sidecars);
  const total = (pod.spec.containers?.length ?? 0) + sidecars.size;
  let { reason, ready, restarts, lastRestart } = starting;
  if (!starting.initializing || isTrue(status, "Initialized")) {
    const running = whileRunning(status, reason);
    ({ reason } = running);
    ready += running.ready;
    restarts = starting.sidecarRestarts + running.restarts;
    lastRestart = later(starting.lastSidecarRestart, running.lastRestart);
  }
  if (pod.metadata.deletionTimestamp) {
    if (status.reason === "NodeLost") reason = "Unknown";
    else if (status.phase !== "Failed" && status.phase !== "Succeeded") reason = "Terminating";
  }
  return { ready, total, reason, restarts, lastRestart };
}

function whileStarting(pod: Pod, status: PodStatus, sidecars: ReadonlySet<string>) {
  let reason = status.reason || status.phase || "";
  if (status.conditions?.some((condition) => condition.type === "PodScheduled" && condition.reason === "SchedulingGated")) reason = "SchedulingGated";
  let restarts = 0;
  let sidecarRestarts = 0;
  let lastRestart: number | undefined;
  let lastSidecarRestart: number | undefined;
  let ready = 0;
  let initializing = false;
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    const isSidecar = sidecars.has(container.name);
    restarts += container.restartCount ?? 0;
    lastRestart = later(lastRestart, endedAt(container));
    if (isSidecar) {
      sidecarRestarts += container.restartCount ?? 0;
      lastSidecarRestart = later(lastSidecarRestart, endedAt(container));
    }
    const { terminated, waiting } = container.state ?? {};
    if (terminated && !terminated.exitCode) continue;
    if (isSidecar && container.started) {
      if (container.ready) ready++;
      continue;
    }
    if (terminated) reason = `Init:${endReason(terminated)}`;
    else if (waiting?.reason && waiting.reason !== "PodInitializing") reason = `Init:${waiting.reason}`;
    else reason = `Init:${index}/${pod.spec.initContainers?.length ?? 0}`;
    initializing = true;
    break;
  }
  return { reason, restarts, sidecarRestarts, lastRestart, lastSidecarRestart, ready, initializing };
}

/** The first container has the last word, which is why the list is read backwards. */
function whileRunning(status: PodStatus, before: string) {
  let reason = before;
  let restarts = 0;
  let ready = 0;
  let lastRestart: number | undefined;
  let hasRunning = false;
  let errorReason = "";
  for (const container of (status.containerStatuses ?? []).toReversed()) {
    restarts += container.restartCount ?? 0;
    lastRestart = later(lastRestart, endedAt(container));
    const { terminated, waiting, running } = container.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) {
      reason = endReason(terminated);
      if (terminated.exitCode) errorReason = reason;
    } else if (container.ready && running) {
      hasRunning = true;
      ready++;
    }
  }
  if (reason === "Completed") {
    if (hasRunning && isTrue(status, "Ready")) reason = "Running";
    else if (errorReason) reason = errorReason;
    else if (hasRunning) reason = "NotReady";
  }
  return { reason, restarts, ready, lastRestart };
}

function endReason({ reason, signal, exitCode }: ContainerStateTerminated): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? 0}`);
}

function endedAt({ lastState }: ContainerStatus): number | undefined {
  const time = lastState?.terminated?.finishedAt;
  return time ? Date.parse(time) : undefined;
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function isTrue({ conditions }: PodStatus, type: string): boolean {
  return conditions?.find((condition) => condition.type === type)?.status === "True";
}

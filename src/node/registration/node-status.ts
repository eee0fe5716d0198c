/** The Node's status, as a pure function of what is known of the machine and its runtime. */

import type { ContainerImage, Node, NodeCondition, NodeStatus } from "../../api/tables/core-v1.ts";
import { timestamp } from "../../machinery/clock.ts";
import type { ImageInfo, RuntimeCondition } from "../runtime/container-runtime.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** The Node object would grow without end: the biggest images matter to the scheduler. */
const IMAGES_MAX = 50;
const NAMES_MAX = 5;
/** What the API server may ask of this node beyond every node's duties: its exec, attach and port-forward take WebSockets (KEP-4006). */
const DECLARED_FEATURES = ["ExtendWebSocketsToKubelet"] as const;

export interface NodeStatusFacts {
  readonly name: string;
  readonly ips: readonly string[];
  readonly port: number;
  readonly machine: MachineFacts;
  readonly images: readonly ImageInfo[];
  /** Undefined: the runtime doesn't answer. */
  readonly runtime: readonly RuntimeCondition[] | undefined;
  readonly now: number;
}

function ready(runtime: readonly RuntimeCondition[] | undefined): Pick<NodeCondition, "status" | "reason" | "message"> {
  const failing = runtime?.filter(({ status }) => !status).map(({ type, reason, message }) => `${type}: reason:${reason} message:${message}`);
  if (failing?.length === 0) return { status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" };
  return { status: "False", reason: "KubeletNotReady", message: failing ? failing.join(", ") : "container runtime is down" };
}

function imagesOf(images: readonly ImageInfo[]): ContainerImage[] {
  return images
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes || (a.id < b.id ? -1 : 1))
    .slice(0, IMAGES_MAX)
    .map(({ repoDigests, repoTags, sizeBytes }) => ({ names: [...repoDigests, ...repoTags].slice(0, NAMES_MAX), sizeBytes }))
    .filter(({ names }) => names.length > 0);
}

/** @param last the conditions that stand in the API: a status that stays keeps its transition time */
export function nodeStatus(facts: NodeStatusFacts, last: Node["status"]): NodeStatus {
  const { name, ips, port, machine, images, runtime, now } = facts;
  const at = timestamp(now);
  const condition = (type: string, verdict: Pick<NodeCondition, "status" | "reason" | "message">): NodeCondition => {
    const before = last?.conditions?.find((one) => one.type === type);
    const same = before?.status === verdict.status;
    return { type, ...verdict, lastHeartbeatTime: at, lastTransitionTime: same && before.lastTransitionTime ? before.lastTransitionTime : at };
  };
  const { capacity, allocatable, info } = machine;
  return {
    addresses: [...ips.map((address) => ({ type: "InternalIP", address })), { type: "Hostname", address: name }],
    capacity,
    allocatable,
    conditions: [
      condition("MemoryPressure", { status: "False", reason: "KubeletHasSufficientMemory", message: "kubelet has sufficient memory available" }),
      condition("DiskPressure", { status: "False", reason: "KubeletHasNoDiskPressure", message: "kubelet has no disk pressure" }),
      condition("PIDPressure", { status: "False", reason: "KubeletHasSufficientPID", message: "kubelet has sufficient PID available" }),
      condition("Ready", ready(runtime)),
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    declaredFeatures: [...DECLARED_FEATURES],
    images: imagesOf(images),
    nodeInfo: info,
  };
}

/** Whether two statuses tell the same, heartbeats aside. */
export function tellsTheSame(a: NodeStatus, b: NodeStatus | undefined): boolean {
  const plain = (status: NodeStatus | undefined) =>
    JSON.stringify([
      status?.addresses,
      sorted(status?.capacity),
      sorted(status?.allocatable),
      status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]).toSorted(),
      status?.daemonEndpoints,
      status?.declaredFeatures,
      status?.images?.map(({ names, sizeBytes }) => [names, String(sizeBytes)]),
      sorted(status?.nodeInfo),
    ]);
  return plain(a) === plain(b);
}

function sorted(object: object | undefined): [string, unknown][] {
  return Object.entries(object ?? {})
    .filter(([, value]) => value !== "" && value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Watches over nodes by their leases: a silent node is tainted, its pods are marked not ready and, when they tolerate it no longer, evicted. */

import { Lease, Node, Pod } from "../api/resources.ts";
import type { NodeCondition, Node as NodeObject, Pod as PodObject, Taint } from "../api/tables/core-v1.ts";
import { type RoutineContext, routine } from "../client/controller.ts";
import { timestamp } from "../machinery/clock.ts";
import { StatusError } from "../machinery/status/status-error.ts";

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const LEASES = "kube-node-lease";
/** Kubernetes' node-monitor-grace-period and node-monitor-period. */
const GRACE_MS = 50_000;
const PERIOD_MS = 5000;
/** Conditions that become a NoSchedule taint, by the status at which they do. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: "node.kubernetes.io/memory-pressure" },
  DiskPressure: { True: "node.kubernetes.io/disk-pressure" },
  PIDPressure: { True: "node.kubernetes.io/pid-pressure" },
  NetworkUnavailable: { True: "node.kubernetes.io/network-unavailable" },
};
const CONDITION_KEYS = new Set(Object.values(CONDITION_TAINTS).flatMap((byStatus) => Object.values(byStatus)));
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

interface Heard {
  /** What was last heard: the lease's renewal and the node's own status. */
  readonly sign: string;
  /** When we first saw it, by our own clock: clocks of nodes may be wrong. */
  readonly at: number;
}

export default routine({
  name: "node-controller",
  reads: [Node, Lease, Pod],
  needs: [
    { group: "", resource: "nodes", verb: "patch" },
    { group: "", resource: "nodes/status", verb: "patch" },
    { group: "", resource: "pods/status", verb: "patch" },
    { group: "", resource: "pods", verb: "delete" },
  ],
  async run(context) {
    const heard = new Map<string, Heard>();
    const nodes = context.informer(Node);
    let woken: (() => void) | undefined;
    nodes.handle(() => woken?.());
    while (!context.signal.aborted) {
      for (const node of nodes.list()) {
        await watchOver(node, heard, context).catch((error: unknown) => {
          const conflict = error instanceof StatusError && (error.status.code === 409 || error.status.code === 404);
          if (!conflict) context.log("could not tend a node", { node: node.metadata.name, error: String(error) });
        });
      }
      await new Promise<void>((resolve) => {
        const cancel = context.clock.after(PERIOD_MS, resolve);
        woken = () => {
          cancel();
          context.clock.after(50, resolve); // Changes come in bunches.
          woken = undefined;
        };
      });
    }
  },
});

async function watchOver(node: NodeObject, heard: Map<string, Heard>, context: RoutineContext): Promise<void> {
  const { client, clock } = context;
  const name = node.metadata.name ?? "";
  const now = clock.now();
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  const lease = context.informer(Lease).get(LEASES, name);
  const sign = `${lease?.spec.renewTime ?? ""} ${ready?.lastHeartbeatTime ?? ""} ${node.metadata.creationTimestamp ?? ""}`;
  const last = heard.get(name);
  if (last?.sign !== sign) heard.set(name, { sign, at: now });
  const silent = last?.sign === sign && now - last.at > GRACE_MS;
  const conditions = silent ? unknown(node.status?.conditions ?? [], timestamp(now)) : (node.status?.conditions ?? []);
  if (silent && ready?.status !== "Unknown") {
    await client.patch(Node, "", name, { status: { conditions } }, { subresource: "status" });
    context.note(node, "Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
  }
  const status = conditions.find(({ type }) => type === "Ready")?.status;
  await taint(node, conditions, context, timestamp(now));
  if (status === "True") return;
  const pods = context
    .informer(Pod)
    .list()
    .filter((pod) => pod.spec.nodeName === name);
  await Promise.all(pods.map((pod) => markNotReady(pod, context, timestamp(now))));
  const evicting = { key: status === "Unknown" || status === undefined ? UNREACHABLE : NOT_READY, effect: "NoExecute" };
  const since = Date.parse(node.spec.taints?.find(({ key, effect }) => key === evicting.key && effect === evicting.effect)?.timeAdded ?? "") || now;
  for (const pod of pods) if (pod.metadata.deletionTimestamp === undefined && now - since >= toleratedMs(pod, evicting)) await evict(pod, node, context);
}

function unknown(conditions: readonly NodeCondition[], now: string): NodeCondition[] {
  return ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"].map((type) => {
    const last = conditions.find((condition) => condition.type === type);
    if (last?.status === "Unknown") return last;
    return {
      ...last,
      type,
      status: "Unknown",
      reason: last ? "NodeStatusUnknown" : "NodeStatusNeverUpdated",
      message: "The node has stopped renewing its lease.",
      lastTransitionTime: now,
    };
  });
}

/** Taints follow conditions and `unschedulable`; the others on the node are its administrator's. */
async function taint(node: NodeObject, conditions: readonly NodeCondition[], { client }: RoutineContext, now: string): Promise<void> {
  const before = node.spec.taints ?? [];
  const status = conditions.find(({ type }) => type === "Ready")?.status ?? "Unknown";
  const noSchedule = conditions.flatMap(({ type, status }) => CONDITION_TAINTS[type]?.[status] ?? []);
  if (conditions.length === 0) noSchedule.push(NOT_READY);
  const noExecute = status === "True" || conditions.length === 0 ? [] : [status === "False" ? NOT_READY : UNREACHABLE];
  const wanted: Taint[] = [
    ...noSchedule.map((key) => ({ key, effect: "NoSchedule" })),
    ...noExecute.map((key) => ({ key, effect: "NoExecute" })),
    ...(node.spec.unschedulable ? [{ key: UNSCHEDULABLE, effect: "NoSchedule" }] : []),
  ];
  const isOurs = ({ key, effect }: Taint): boolean =>
    (effect === "NoSchedule" && (CONDITION_KEYS.has(key) || key === UNSCHEDULABLE)) || (effect === "NoExecute" && (key === NOT_READY || key === UNREACHABLE));
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
  const taints = [
    ...before.filter((one) => !isOurs(one) || wanted.some((want) => same(one, want))),
    ...wanted.filter((want) => !before.some((one) => same(one, want))).map((want) => ({ ...want, timeAdded: now })),
  ];
  if (taints.length === before.length && taints.every((one, index) => before[index] && same(one, before[index]))) return;
  await client.patch(Node, "", node.metadata.name ?? "", { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints } });
}

async function markNotReady(pod: PodObject, { client }: RoutineContext, now: string): Promise<void> {
  const conditions = pod.status?.conditions ?? [];
  if (conditions.find(({ type }) => type === "Ready")?.status !== "True") return;
  const next = conditions.map((condition) =>
    condition.type === "Ready" ? { ...condition, status: "False", reason: "NodeNotReady", lastTransitionTime: now } : condition,
  );
  await client.patch(
    Pod,
    pod.metadata.namespace ?? "",
    pod.metadata.name ?? "",
    { metadata: { uid: pod.metadata.uid }, status: { conditions: next } },
    { subresource: "status" },
  );
}

/** How long a pod bears a taint: without end where it tolerates it without a time, not at all where it doesn't. */
function toleratedMs(pod: PodObject, { key, effect }: { readonly key: string; readonly effect: string }): number {
  const tolerating = (pod.spec.tolerations ?? []).filter(
    (one) => (!one.effect || one.effect === effect) && (one.operator === "Exists" ? !one.key || one.key === key : one.key === key && !one.value),
  );
  const times = tolerating.map(({ tolerationSeconds }) => (tolerationSeconds === undefined ? Number.POSITIVE_INFINITY : Number(tolerationSeconds) * 1000));
  return times.length === 0 ? 0 : Math.min(...times);
}

async function evict(pod: PodObject, node: NodeObject, context: RoutineContext): Promise<void> {
  context.note(
    pod,
    "Normal",
    "TaintManagerEviction",
    `Marking for deletion Pod ${pod.metadata.namespace}/${pod.metadata.name}: node ${node.metadata.name} is silent`,
  );
  await context.client.delete(Pod, pod.metadata.namespace ?? "", pod.metadata.name ?? "", { preconditions: { uid: pod.metadata.uid } });
}

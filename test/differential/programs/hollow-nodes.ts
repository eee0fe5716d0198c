/** Nodes and their kubelets as far as other programs see them: leases, a Ready condition, pods that run, end and go. No container is started. */

import type { Plain } from "../../../src/machinery/plain.ts";
import type { Ask } from "../random-writes.ts";

const NODES = ["hollow-1", "hollow-2", "hollow-3"];
const BEAT_MS = 8000;
const LOOK_MS = 700;
/** What doesn't run for ever ends after so long. */
const RUN_MS = 3000;
const MERGE = "application/merge-patch+json";
const CAPACITY = { cpu: "8", memory: "16Gi", pods: "110", "ephemeral-storage": "100Gi" };

interface PodView {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly restartPolicy?: string;
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status: { readonly phase?: string; readonly startTime?: string };
}

const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, "Z");

/** Registers the nodes and keeps them and their pods alive until the signal. */
export async function hollowNodes(ask: Ask, signal: AbortSignal): Promise<void> {
  for (const [index, name] of NODES.entries()) {
    const labels = { "kubernetes.io/os": "linux", "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": `zone-${index % 2}` };
    await ask("POST", "/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name, labels } });
    const lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace: "kube-node-lease" },
      spec: { holderIdentity: name, leaseDurationSeconds: 40 },
    };
    await ask("POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", lease);
  }
  await beat(ask);
  void every(BEAT_MS, signal, () => beat(ask));
  let next = 1;
  void every(LOOK_MS, signal, async () => {
    const { body } = await ask("GET", "/api/v1/pods");
    for (const pod of (body.items ?? []) as unknown as PodView[]) if (pod.spec.nodeName) await keep(ask, pod, () => `10.244.9.${(next++ % 250) + 1}`);
  });
}

async function every(intervalMs: number, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await work().catch((error: Error) => signal.aborted || console.error(`hollow nodes: ${error.message}`));
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

async function beat(ask: Ask): Promise<void> {
  const at = new Date().toISOString().replace(/Z$/, "000Z");
  for (const [index, name] of NODES.entries()) {
    await ask("PATCH", `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`, { spec: { renewTime: at } }, MERGE);
    const ready = { type: "Ready", status: "True", reason: "KubeletReady", message: "hollow", lastHeartbeatTime: now(), lastTransitionTime: now() };
    const status = { capacity: CAPACITY, allocatable: CAPACITY, conditions: [ready], addresses: [{ type: "InternalIP", address: `10.250.0.${index + 11}` }] };
    await ask("PATCH", `/api/v1/nodes/${name}/status`, { status }, MERGE);
  }
}

/** One look of the kubelet at one pod. */
async function keep(ask: Ask, pod: PodView, address: () => string): Promise<void> {
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
  const { phase, startTime } = pod.status;
  const finite = pod.spec.restartPolicy !== "Always";
  if (pod.metadata.deletionTimestamp) {
    await ask("DELETE", path, { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } });
  } else if (phase === "Pending") {
    const podIP = address();
    await ask("PATCH", `${path}/status`, { status: running(pod, { startTime: now(), podIP, podIPs: [{ ip: podIP }] }) }, MERGE);
  } else if (phase === "Running" && finite && Date.now() - Date.parse(startTime ?? "") > RUN_MS) {
    await ask("PATCH", `${path}/status`, { status: ended(pod, startTime ?? now()) }, MERGE);
  }
}

function condition(type: string, status: string, reason?: string): Plain {
  return { type, status, lastTransitionTime: now(), ...(reason && { reason }) };
}

function running({ spec }: PodView, facts: Plain): Plain {
  const containerStatuses = spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: "hollow",
    ready: true,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: now() } },
  }));
  const conditions = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => condition(type, "True"));
  return { phase: "Running", conditions, containerStatuses, ...facts };
}

function ended({ spec }: PodView, startedAt: string): Plain {
  const terminated = { exitCode: 0, reason: "Completed", startedAt, finishedAt: now() };
  const containerStatuses = spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: "hollow",
    ready: false,
    started: false,
    restartCount: 0,
    state: { terminated },
  }));
  const conditions = [
    ...["Initialized", "PodScheduled"].map((type) => condition(type, "True")),
    ...["Ready", "ContainersReady"].map((type) => condition(type, "False", "PodCompleted")),
  ];
  return { phase: "Succeeded", conditions, containerStatuses };
}

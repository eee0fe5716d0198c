/** The scheduler: takes pods from the queue, decides, believes its decision at once, and binds in the background. */

import { Namespace, Node, Pod } from "../api/resources.ts";
import type { Pod as PodObject } from "../api/tables/core-v1.ts";
import { type Client, pathOf } from "../client/client.ts";
import type { InformerSet } from "../client/informers.ts";
import type { Recorder } from "../client/recorder.ts";
import { type Clock, timestamp } from "../machinery/clock.ts";
import { StatusError } from "../machinery/status/status-error.ts";
import { decide } from "./cycle.ts";
import type { Plugin, WakeEvent } from "./plugin.ts";
import { SchedulingQueue } from "./queue.ts";
import { ClusterState } from "./state/cluster.ts";
import { type PodInfo, podInfo } from "./state/pod-info.ts";

const NAME = "default-scheduler";
/** Bindings under way at once; more would only queue up at the server. */
const BINDINGS_MAX = 64;
/** After so long the loop lets others have the thread. */
const TURN_MS = 10;
const SWEEP_MS = 30_000;

export interface SchedulerOptions {
  readonly client: Client;
  readonly informers: InformerSet;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly recorder: Recorder;
  readonly plugins: readonly Plugin<unknown>[];
  /** In [0, 1). */
  readonly random: () => number;
  log(message: string, facts: Readonly<Record<string, string>>): void;
}

/** Starts to schedule. @returns how many pods wait */
export function startScheduler(options: SchedulerOptions): { readonly waiting: () => number } {
  const { client, informers, clock, signal, recorder, plugins } = options;
  const cluster = new ClusterState();
  const queue = new SchedulingQueue(clock);
  const wakesOn = new Map(plugins.map(({ name, wakesOn }) => [name, wakesOn]));
  let bindings = 0;
  let turn = 0;
  let running = false;

  informers.of(Namespace).handle((now, old) => cluster.namespaceChanged((now ?? old)?.metadata.name ?? "", now));
  informers.of(Node).handle((now, old) => {
    cluster.nodeChanged((now ?? old)?.metadata.name ?? "", now);
    if (now) queue.happened(old ? "node changed" : "node added");
  });
  informers.of(Pod).handle((now, old) => {
    const uid = (now ?? old)?.metadata.uid ?? "";
    if (old && now && old.metadata.uid !== now.metadata.uid) forget(old.metadata.uid ?? "");
    if (now && waits(now)) return queue.add(podInfo(now));
    queue.remove(uid);
    cluster.podChanged(uid, now);
    const over = !now || now.status?.phase === "Succeeded" || now.status?.phase === "Failed";
    if (over && old?.spec.nodeName) queue.happened("pod gone");
    else if (now?.spec.nodeName) queue.happened("pod changed");
  });

  function forget(uid: string): void {
    queue.remove(uid);
    cluster.podChanged(uid, undefined);
    queue.happened("pod gone");
  }

  function run(): void {
    if (running || signal.aborted) return;
    running = true;
    const until = performance.now() + TURN_MS;
    while (bindings < BINDINGS_MAX) {
      const pod = queue.next();
      if (!pod) break;
      one(pod);
      if (performance.now() > until) {
        setImmediate(run);
        break;
      }
    }
    running = false;
  }

  function one(pod: PodInfo): void {
    const decision = decide(pod, cluster, plugins, turn++, options.random);
    if ("node" in decision) {
      cluster.place(pod, decision.node);
      bindings++;
      void bind(pod, decision.node).finally(() => {
        bindings--;
        run();
      });
      return;
    }
    const events = new Set<WakeEvent>(["pod changed", "node added", ...[...decision.plugins].flatMap((name) => wakesOn.get(name) ?? [])]);
    queue.setAside(pod.uid, events);
    recorder.note(NAME, { about: pod.pod, type: "Warning", reason: "FailedScheduling", message: decision.unschedulable });
    void sayUnschedulable(pod.pod, decision.unschedulable);
  }

  async function bind(pod: PodInfo, node: string): Promise<void> {
    const { namespace = "", name = "", uid } = pod.pod.metadata;
    const binding = { kind: "Binding", apiVersion: "v1", metadata: { name, namespace, uid }, target: { kind: "Node", name: node } };
    try {
      await client.json("POST", pathOf(Pod, namespace, name, "binding"), binding);
      queue.done(pod.uid);
      recorder.note(NAME, { about: pod.pod, type: "Normal", reason: "Scheduled", message: `Successfully assigned ${pod.key} to ${node}` });
    } catch (error) {
      cluster.remove(pod.uid);
      const gone = error instanceof StatusError && (error.status.code === 404 || error.status.code === 409);
      if (gone) queue.done(pod.uid);
      else {
        options.log("binding failed", { pod: pod.key, node, error: String(error) });
        queue.retry(pod.uid);
      }
    }
  }

  async function sayUnschedulable(pod: PodObject, message: string): Promise<void> {
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    const last = pod.status?.conditions?.find(({ type }) => type === condition.type);
    if (last?.status === condition.status && last.reason === condition.reason && last.message === message) return;
    const at = timestamp(clock.now());
    const lastTransitionTime = last?.status === condition.status ? (last.lastTransitionTime ?? at) : at;
    const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type), { ...condition, lastTransitionTime }];
    const { namespace = "", name = "", uid } = pod.metadata;
    await client.patch(Pod, namespace, name, { metadata: { uid }, status: { conditions } }, { subresource: "status" }).catch((error: unknown) => {
      if (!(error instanceof StatusError)) options.log("could not say why a pod has no node", { pod: `${namespace}/${name}`, error: String(error) });
    });
  }

  function sweep(): void {
    queue.sweep();
    if (!signal.aborted) clock.after(SWEEP_MS, sweep);
  }
  queue.onReady(() => setImmediate(run));
  clock.after(SWEEP_MS, sweep);
  run();
  return { waiting: () => queue.length };
}

/** Ours to place: without a node, not ended, not on its way out, and not held back by a gate (KEP-3521). */
function waits({ spec, status, metadata }: PodObject): boolean {
  const open = !spec.nodeName && status?.phase !== "Succeeded" && status?.phase !== "Failed" && metadata.deletionTimestamp === undefined;
  return open && (spec.schedulerName ?? NAME) === NAME && !spec.schedulingGates?.length;
}

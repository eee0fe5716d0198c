/** Deletes what lost its last owner, and carries out foreground deletion and orphaning, over every kind that the cluster serves. */

import type { KubeObject } from "../../api/kind.ts";
import { type RoutineContext, routine } from "../../client/controller.ts";
import { discover, type ServedResource } from "../../client/discovery.ts";
import { Informer } from "../../client/informer.ts";
import { WorkQueue } from "../../client/queue.ts";
import { pause } from "../../machinery/clock.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import { collect, FOREGROUND } from "./collect.ts";
import { OwnershipGraph } from "./graph.ts";

/** New kinds are looked for so often. */
const DISCOVER_MS = 30_000;
/** Kinds that own nothing and are owned by nothing, and come in great numbers. */
const IGNORED = new Set(["/events", "events.k8s.io/events"]);
const ALL = ["get", "list", "watch", "patch", "update", "delete"].map((verb) => ({ group: "*", resource: "*", verb }));

interface Watched {
  readonly resource: ServedResource;
  readonly stop: AbortController;
}

export default routine({
  name: "generic-garbage-collector",
  reads: [],
  needs: ALL,
  async run(context) {
    const graph = new OwnershipGraph();
    const watched = new Map<string, Watched>();
    const byKind = new Map<string, ServedResource>();
    const queue = new WorkQueue({
      clock: context.clock,
      workers: 20,
      retryMaxMs: 60_000,
      work: async (uid) => {
        const object = graph.get(uid);
        if (object) await collect(object, { client: context.client, graph, resourceOf: (apiVersion, kind) => byKind.get(`${apiVersion} ${kind}`) });
      },
      onError: (uid, error, retryInMs) => {
        const conflict = error instanceof StatusError && error.status.code === 409;
        const { resource, metadata } = graph.get(uid) ?? {};
        if (!conflict) context.log("could not collect", { resource: resource?.resource, name: metadata?.name, error: String(error), retryInMs });
      },
    });
    context.signal.addEventListener("abort", () => queue.close(), { once: true });

    const heard = (resource: ServedResource, now: KubeObject | undefined, old: KubeObject | undefined): void => {
      const uid = now?.metadata.uid ?? "";
      if (now) {
        graph.put(resource, now);
        const waits = now.metadata.deletionTimestamp !== undefined && (now.metadata.finalizers?.length ?? 0) > 0;
        if (waits || (now.metadata.ownerReferences?.length ?? 0) > 0) queue.add(uid);
        // Its dependents are to go before it.
        if (waits && now.metadata.finalizers?.includes(FOREGROUND)) for (const dependent of graph.dependentsOf(uid)) queue.add(dependent.metadata.uid ?? "");
      }
      if (old && old.metadata.uid !== now?.metadata.uid) {
        const lost = old.metadata.uid ?? "";
        graph.remove(lost);
        for (const dependent of graph.dependentsOf(lost)) queue.add(dependent.metadata.uid ?? "");
      }
      for (const owner of old?.metadata.ownerReferences ?? []) queue.add(owner.uid);
    };

    while (!context.signal.aborted) {
      await follow(context, watched, byKind, heard).catch((error: unknown) => context.log("could not discover what to collect", { error: String(error) }));
      await pause(context.clock, DISCOVER_MS, context.signal);
    }
  },
});

/** Starts to watch what is newly served, and stops with what is no longer. */
async function follow(
  { client, clock, signal }: RoutineContext,
  watched: Map<string, Watched>,
  byKind: Map<string, ServedResource>,
  heard: (resource: ServedResource, now: KubeObject | undefined, old: KubeObject | undefined) => void,
): Promise<void> {
  const { resources } = await discover(client);
  const served = new Set<string>();
  for (const resource of resources) {
    byKind.set(`${resource.apiVersion} ${resource.kind}`, resource);
    const key = `${resource.group}/${resource.resource}`;
    const collectable = ["list", "watch", "delete"].every((verb) => resource.verbs.includes(verb)) && !IGNORED.has(key);
    if (!collectable) continue;
    served.add(key);
    if (watched.has(key)) continue;
    const stop = new AbortController();
    const informer = new Informer<KubeObject>(resource, { client, clock, signal: AbortSignal.any([signal, stop.signal]), metadataOnly: true });
    informer.handle((now, old) => heard(resource, now, old));
    watched.set(key, { resource, stop });
    void informer.run();
  }
  for (const [key, { resource, stop }] of watched) {
    if (served.has(key)) continue;
    stop.abort();
    watched.delete(key);
    byKind.delete(`${resource.apiVersion} ${resource.kind}`);
  }
}

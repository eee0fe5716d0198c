/** Says in every ResourceQuota what is used of it: measured when a quota changes, when something it counts is given back, and every few minutes. */

import { isDeepStrictEqual } from "node:util";
import type { QuotaContext } from "../../api/core/quota/usage.ts";
import type { KubeObject } from "../../api/kind.ts";
import type { Resource } from "../../api/resource.ts";
import { DeviceClass, PersistentVolumeClaim, Pod, ResourceClaim, ResourceQuota, Service } from "../../api/resources.ts";
import type { ResourceQuota as ResourceQuotaObject } from "../../api/tables/core-v1.ts";
import { type RoutineContext, routine } from "../../client/controller.ts";
import { discover, type ServedResource } from "../../client/discovery.ts";
import { Informer, keyOf } from "../../client/informer.ts";
import { WorkQueue } from "../../client/queue.ts";
import { pause } from "../../machinery/clock.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import { givesBack } from "./gives-back.ts";
import { countedBy, isWhole, measure } from "./measure.ts";

/** Everything is measured anew so often, and new kinds are looked for. */
const RESYNC_MS = 5 * 60_000;
const DISCOVER_MS = 30_000;
/** A quota that changes all the time takes at most this part of the time to measure: one in ten. */
const REST = 10;

export default routine({
  name: "resourcequota-controller",
  reads: [ResourceQuota, Pod, Service, PersistentVolumeClaim, ResourceClaim, DeviceClass],
  needs: [...["get", "list", "watch"].map((verb) => ({ group: "*", resource: "*", verb })), { group: "", resource: "resourcequotas/status", verb: "update" }],
  run: (context) => new QuotaKeeper(context).run(),
});

class QuotaKeeper {
  readonly #context: RoutineContext;
  readonly #queue: WorkQueue;
  /** When a quota may be measured again. */
  readonly #restUntil = new Map<string, number>();
  readonly #watched = new Map<string, AbortController>();
  #served: readonly ServedResource[] = [];
  #discovered = Number.NEGATIVE_INFINITY;

  constructor(context: RoutineContext) {
    this.#context = context;
    this.#queue = new WorkQueue({
      clock: context.clock,
      workers: 5,
      work: (key) => this.#keep(key),
      onError: (key, error, retryInMs) => {
        // A conflict is tried again; what is gone needs no measure.
        const isConflict = error instanceof StatusError && (error.status.code === 409 || error.status.code === 404);
        if (!isConflict) context.log("a quota could not be measured", { quota: key, error: String(error), retryInMs });
      },
    });
    context.signal.addEventListener("abort", () => this.#queue.close(), { once: true });
  }

  async run(): Promise<void> {
    const { clock, signal, informer } = this.#context;
    await this.#discover();
    informer(ResourceQuota).handle((now, old) => {
      if (!now) return this.#forget(old);
      const isNew = !isDeepStrictEqual(now.spec, old?.spec) || !isDeepStrictEqual(now.spec.hard ?? {}, now.status?.hard ?? {});
      if (isNew) this.#queue.add(keyOf(now.metadata.namespace, now.metadata.name));
    });
    this.#hear(Pod);
    this.#hear(Service);
    this.#hear(PersistentVolumeClaim);
    this.#hear(ResourceClaim);
    let resynced = clock.now();
    while (!signal.aborted) {
      await pause(clock, DISCOVER_MS, signal);
      if (signal.aborted) return;
      await this.#discover().catch((error: unknown) => this.#context.log("could not discover what quotas count", { error: String(error) }));
      if (clock.now() - resynced < RESYNC_MS) continue;
      resynced = clock.now();
      for (const { metadata } of informer(ResourceQuota).list()) this.#queue.add(keyOf(metadata.namespace, metadata.name));
    }
  }

  async #discover(): Promise<void> {
    const before = new Set(this.#served.map(({ group, resource }) => `${group}/${resource}`));
    this.#discovered = this.#context.clock.now();
    this.#served = (await discover(this.#context.client)).resources.filter(({ namespaced, verbs }) => namespaced && verbs.includes("list"));
    if (before.size === 0) return;
    const isNew = ({ group, resource }: ServedResource) => !before.has(`${group}/${resource}`);
    const added = this.#served.filter(isNew);
    if (added.length === 0) return;
    for (const quota of this.#context.informer(ResourceQuota).list()) {
      if (countedBy(quota, added, this.#facts()).length > 0) this.#queue.add(keyOf(quota.metadata.namespace, quota.metadata.name));
    }
  }

  #facts(): QuotaContext {
    const { clock, informer } = this.#context;
    return {
      now: clock.now(),
      deviceClasses: () => informer(DeviceClass).list(),
      pod: (namespace, name) => informer(Pod).get(namespace, name),
      claims: (namespace) => informer(ResourceClaim).list(namespace),
    };
  }

  async #keep(key: string): Promise<void> {
    const { client, clock } = this.#context;
    const began = clock.now();
    const rest = (this.#restUntil.get(key) ?? 0) - began;
    if (rest > 0) return this.#queue.addAfter(key, rest);
    const [namespace = "", name = ""] = key.split("/");
    const found = await client.list(ResourceQuota, namespace, { fieldSelector: `metadata.name=${name}` });
    const quota = found.items[0];
    if (!quota) return;
    if (this.#namesUnknown(quota)) await this.#discover();
    this.#follow(quota);
    const status = await measure(client, quota, this.#served, this.#facts());
    if (!isDeepStrictEqual({ hard: { ...status.hard }, used: { ...status.used } }, { hard: quota.status?.hard ?? {}, used: quota.status?.used ?? {} })) {
      await client.update(ResourceQuota, { ...quota, kind: ResourceQuota.kind, apiVersion: ResourceQuota.apiVersion, status }, "status");
    }
    const ended = clock.now();
    this.#restUntil.set(key, ended + (ended - began) * REST);
  }

  /** Whether the quota counts a resource that wasn't served when last looked for. */
  #namesUnknown({ spec }: ResourceQuotaObject): boolean {
    const known = new Set(this.#served.map(({ group, resource }) => (group ? `count/${resource}.${group}` : `count/${resource}`)));
    const isUnknown = Object.keys(spec.hard ?? {}).some((name) => name.startsWith("count/") && !known.has(name));
    return isUnknown && this.#context.clock.now() - this.#discovered > DISCOVER_MS / 10;
  }

  /** Watches what the quota counts by number. */
  #follow(quota: ResourceQuotaObject): void {
    const { client, clock, signal } = this.#context;
    for (const { resource } of countedBy(quota, this.#served, this.#facts())) {
      const key = `${resource.group}/${resource.resource}`;
      if (isWhole(resource) || this.#watched.has(key)) continue;
      const stop = new AbortController();
      const informer = new Informer<KubeObject>(resource, { client, clock, signal: AbortSignal.any([signal, stop.signal]), metadataOnly: true });
      informer.handle((now, old) => this.#heard(resource, now, old));
      this.#watched.set(key, stop);
      void informer.run();
    }
  }

  #hear<T extends KubeObject>(resource: Resource<T, string>): void {
    this.#context.informer(resource).handle((now, old) => this.#heard(resource, now, old));
  }

  #heard(resource: { readonly group: string; readonly resource: string }, now: KubeObject | undefined, old: KubeObject | undefined): void {
    if (!old || !givesBack(resource, now, old)) return;
    const { namespace } = old.metadata;
    for (const { metadata, spec } of this.#context.informer(ResourceQuota).list(namespace)) {
      if (Object.keys(spec.hard ?? {}).length > 0) this.#queue.add(keyOf(namespace, metadata.name));
    }
  }

  /** Stops to watch what no quota counts any more. */
  #forget(gone: ResourceQuotaObject | undefined): void {
    if (gone) this.#restUntil.delete(keyOf(gone.metadata.namespace, gone.metadata.name));
    const quotas = this.#context.informer(ResourceQuota).list();
    const counted = new Set(
      quotas.flatMap((quota) => countedBy(quota, this.#served, this.#facts()).map(({ resource }) => `${resource.group}/${resource.resource}`)),
    );
    for (const [key, stop] of this.#watched) {
      if (counted.has(key)) continue;
      stop.abort();
      this.#watched.delete(key);
    }
  }
}

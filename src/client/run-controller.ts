/**
 * Runs declared controllers: informers shared by all, one queue each, every write under the controller's own identity.
 * A key is reconciled only once the caches have seen this controller's own last writes for it, so that a pure `reconcile` never acts twice on old news.
 */

import type { KubeObject } from "../api/kind.ts";
import type { WatchDeclaration, Write } from "../api/resource.ts";
import type { Clock } from "../machinery/clock.ts";
import { StatusError } from "../machinery/status/status-error.ts";
import type { Client } from "./client.ts";
import type { AnyDeclaration, ControllerDeclaration, Outcome, Watches } from "./controller.ts";
import { type Informer, keyOf } from "./informer.ts";
import type { InformerSet } from "./informers.ts";
import { changesNothing } from "./no-change.ts";
import { WorkQueue } from "./queue.ts";
import type { Recorder } from "./recorder.ts";

/** How long a key waits for the cache to show this controller's last write; after that it goes on: the write may have been undone. */
const CATCH_UP_MS = 10_000;
/** The first batch of writes of a kind is this small and doubles, so that what fails for one doesn't fail five hundred times. */
const FIRST_BATCH = 4;

export interface RunOptions {
  /** Writes go out through this one: the controller's own identity. */
  readonly client: Client;
  readonly informers: InformerSet;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly recorder: Recorder;
  log(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** The declaration as generic code sees it: any object, any write. */
type Declaration = ControllerDeclaration<KubeObject, Watches, string>;
/** What must be seen in a cache before a key is looked at again. */
type Seen = () => Promise<void>;

/** One of a reconcile's writes failed, and those after it were not made. */
class FailedWrite extends Error {
  override name = "FailedWrite";
  readonly write: Write<string>;
  readonly error: unknown;
  constructor(write: Write<string>, error: unknown) {
    super(`Cannot ${write.verb} ${write.on.resource}`, { cause: error });
    this.write = write;
    this.error = error;
  }
}

/** Starts a controller. @returns its queue's length, for metrics and tests */
export function runController(declared: AnyDeclaration, options: RunOptions): { readonly queued: () => number } {
  const declaration: Declaration = declared;
  const { informers, clock, signal, log } = options;
  const objects = informers.of(declaration.for);
  const watched = Object.entries(declaration.watches).map(([name, watch]) => ({ name, watch, informer: informers.of(watch.resource) }));
  const unseen = new Map<string, Seen[]>();

  const queue = new WorkQueue({
    clock,
    workers: declaration.workers ?? 8,
    work: async (key) => {
      for (const seen of unseen.get(key) ?? []) await seen();
      unseen.delete(key);
      const [namespace, name] = splitKey(key, declaration.for.namespaced);
      const object = objects.get(namespace, name);
      const context = { now: clock.now() };
      const outcomes = object
        ? declaration.reconcile(object, viewsFor(object.metadata.uid ?? "", namespace, watched), context)
        : (declaration.gone?.({ namespace, name }, viewsFor("", namespace, watched), context) ?? []);
      const waits: Seen[] = [];
      try {
        await perform(outcomes, object, key, waits);
      } catch (error) {
        if (error instanceof FailedWrite) await report(error, key, waits);
        throw error instanceof FailedWrite ? error.error : error;
      } finally {
        if (waits.length > 0) unseen.set(key, waits);
      }
    },
    onError: (key, error, retryInMs) => {
      // A conflict only says that the cache was behind; the retry sees the newer object.
      const conflict = error instanceof StatusError && error.status.code === 409;
      if (!conflict) log("reconcile failed", { controller: declaration.name, key, error: String(error), retryInMs });
    },
  });

  async function perform(outcomes: readonly Outcome<string>[], object: KubeObject | undefined, key: string, waits: Seen[]): Promise<void> {
    const writes: Write<string>[] = [];
    for (const outcome of outcomes) {
      if ("note" in outcome) options.recorder.note(declaration.name, outcome.note);
      else if ("againInMs" in outcome) queue.addAfter(key, outcome.againInMs);
      else if (!(object && changesNothing(outcome, object))) writes.push(outcome);
    }
    for (let from = 0, size = FIRST_BATCH; from < writes.length; size *= 2) {
      const batch = [];
      while (batch.length < size && from < writes.length && sameKind(batch[0], writes[from])) batch.push(writes[from++] as Write<string>);
      const results = await Promise.allSettled(batch.map((write) => one(write, waits)));
      const at = results.findIndex((result) => result.status === "rejected");
      if (at >= 0) throw new FailedWrite(batch[at]!, (results[at] as PromiseRejectedResult).reason);
    }
  }

  /** What a controller says of its own failure is best effort: the failure itself is what the key comes back for. */
  async function report({ write, error }: FailedWrite, key: string, waits: Seen[]): Promise<void> {
    if (!declaration.failed) return;
    for (const seen of waits.splice(0)) await seen();
    const [namespace, name] = splitKey(key, declaration.for.namespaced);
    const object = objects.get(namespace, name);
    if (!object) return;
    const views = viewsFor(object.metadata.uid ?? "", namespace, watched);
    await perform(declaration.failed(object, { write, error }, views, { now: clock.now() }), object, key, waits).catch(() => {});
  }

  async function one(write: Write<string>, waits: Seen[]): Promise<void> {
    try {
      const answer = await options.client.perform(write);
      const informer = informers.known(write.on);
      if (informer) waits.push(() => informer.until(() => shows(informer, write, answer), CATCH_UP_MS));
    } catch (error) {
      // What is gone needs no change and no deletion, and nothing is made in a namespace on its way out: no retry would change that, and the caches will tell.
      const { code, details } = error instanceof StatusError ? error.status : { code: 0, details: undefined };
      const isGone = code === 404 && write.verb !== "create";
      const isEnding = code === 403 && details?.causes?.some(({ reason }) => reason === "NamespaceTerminating");
      if (!isGone && !isEnding) throw error;
    }
  }

  objects.handle((now, old) => {
    const object = now ?? old;
    if (object) queue.add(keyOf(object.metadata.namespace, object.metadata.name));
  });
  for (const { watch, informer } of watched) {
    informer.handle((now, old) => {
      for (const object of [now, old]) if (object) for (const key of concerned(declaration, watch, object, objects)) queue.add(key);
    });
  }
  if (declaration.resyncMs) {
    const resync = (): void => {
      for (const object of objects.list()) queue.add(keyOf(object.metadata.namespace, object.metadata.name));
      if (!signal.aborted) clock.after(declaration.resyncMs ?? 0, resync);
    };
    clock.after(declaration.resyncMs, resync);
  }
  signal.addEventListener("abort", () => queue.close(), { once: true });
  return { queued: () => queue.length };
}

/** @returns the keys of the objects that a change of another resource's object concerns */
function concerned(
  declaration: Declaration,
  watch: WatchDeclaration<KubeObject, unknown>,
  changed: KubeObject,
  objects: Informer<KubeObject>,
): readonly string[] {
  const { namespace } = changed.metadata;
  if (watch.relation === "lister") return watch.keys?.(changed) ?? [];
  const owner = changed.metadata.ownerReferences?.find((reference) => reference.controller);
  if (watch.relation === "owned") {
    const { kind, group } = declaration.for;
    const ours = owner?.kind === kind && owner.apiVersion.split("/").at(-2) === (group || undefined);
    return owner && ours ? [keyOf(declaration.for.namespaced ? namespace : "", owner.name)] : [];
  }
  if (watch.relation === "orphans" && owner) return [];
  const near = objects.list(namespace);
  const claimed = watch.relation === "orphans" ? near.filter((object) => declaration.claims?.(object, changed)) : near;
  return claimed.map((object) => keyOf(object.metadata.namespace, object.metadata.name));
}

function viewsFor(
  uid: string,
  namespace: string,
  watched: readonly { readonly name: string; readonly watch: WatchDeclaration<KubeObject, unknown>; readonly informer: Informer<KubeObject> }[],
): Record<string, NonNullable<unknown>> {
  return Object.fromEntries(
    watched.map(({ name, watch, informer }) => {
      if (watch.relation === "owned") return [name, informer.ownedBy(uid)];
      if (watch.relation === "orphans") return [name, informer.orphans(namespace)];
      return [name, watch.relation === "namespace" ? informer.list(namespace) : informer];
    }),
  );
}

/** Says whether a cache shows what a write did, or something newer. */
function shows(informer: Informer<KubeObject>, write: Write<string>, answer: KubeObject): boolean {
  if (write.verb === "delete") {
    const there = informer.get(write.object.metadata.namespace ?? "", write.object.metadata.name ?? "");
    return !there || there.metadata.uid !== write.object.metadata.uid || there.metadata.deletionTimestamp !== undefined;
  }
  return informer.revision >= Number(answer.metadata.resourceVersion ?? 0);
}

function sameKind(first: Write<string> | undefined, next: Write<string> | undefined): boolean {
  return !first || (first.on === next?.on && first.verb === next.verb && first.subresource === next.subresource);
}

function splitKey(key: string, namespaced: boolean): [namespace: string, name: string] {
  const slash = namespaced ? key.indexOf("/") : -1;
  return [key.slice(0, Math.max(slash, 0)), key.slice(slash + 1)];
}

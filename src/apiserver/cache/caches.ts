/** All watch caches of an API server instance over one store: made as kinds are first used, fed by one watch. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { Store, WatchedChange } from "../../storage/store.ts";
import type { Caches } from "../call.ts";
import type { Damaged } from "../quarantine.ts";
import { ConvertedView } from "./converted-view.ts";
import { Feed } from "./feed.ts";
import { cacheName, ROOT, storedAs } from "./keys.ts";
import { KindCache } from "./kind-cache.ts";
import { KindView } from "./kind-view.ts";
import type { WatchCache } from "./watch-cache.ts";

const TRIM_EVERY_MS = 60_000;

export interface CachesOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Decodes servable bytes of a kind. */
  decode(kind: Kind, bytes: Uint8Array): KubeObject;
  /** @returns the servable bytes of an object whose resourceVersion is set */
  encode(kind: Kind, object: KubeObject): Buffer;
  /** @returns a stored value as it is read now */
  read?(kind: Kind, value: Uint8Array): Uint8Array;
  /** Called before many stored values are read. */
  prepare?(kind: Kind, values: readonly Uint8Array[]): Promise<void> | undefined;
  /** @returns the kind that a group's resource is stored as, for kinds that are stored in another one's form */
  storedKind(group: string, version: string, resource: string): Kind | undefined;
  /** Told of each object that doesn't open. */
  onDamaged?(damaged: Damaged): void;
}

export class StoreCaches implements Caches {
  readonly #options: CachesOptions;
  readonly #feed: Feed;
  /** By `GROUP/RESOURCE` of the stored form. */
  readonly #caches = new Map<string, KindCache>();
  readonly #views = new Map<Kind, KindView | ConvertedView>();
  #cancelTrim: () => void = () => {};

  constructor(options: CachesOptions) {
    this.#options = options;
    this.#feed = new Feed({
      store: options.store,
      clock: options.clock,
      onChanges: (changes) => this.#dispatch(changes),
      onRevision: () => {},
      onLost: () => this.#relist(),
    });
  }

  /** Begins the watch; nothing can be read before. */
  async start(): Promise<void> {
    await this.#feed.start();
    this.#trimLater();
  }

  stop(): void {
    this.#cancelTrim();
    this.#feed.stop();
  }

  get revision(): number {
    return this.#feed.revision;
  }

  /** Whether everything that is committed is here; false also where only a question to the store would tell. */
  get present(): boolean {
    return this.#feed.present;
  }

  /** Resolves once everything is here that was committed when this was called. */
  waitForPresent(): Promise<void> {
    return this.#feed.waitForPresent();
  }

  /** Fills the caches of these kinds: what a server does before it serves, so that no decision is made on an empty cache. */
  async fill(kinds: Iterable<Kind>): Promise<void> {
    for (const kind of kinds) if (!kind.rules.virtual) await this.stored(kind).ready();
  }

  of(kind: Kind): WatchCache {
    const cache = this.stored(kind);
    if (!kind.rules.storedAs && cache.kind.version === kind.version) return cache;
    let view = this.#views.get(kind);
    if (!view) {
      const { encode } = this.#options;
      const fromAll = kind.rules.storedAs?.fromAllStored;
      view = fromAll ? new ConvertedView(kind, cache, encode, fromAll) : new KindView(kind, cache, encode);
      this.#views.set(kind, view);
    }
    return view;
  }

  /** The cache in the stored form, which writes and readers of the stored form use. */
  stored(kind: Kind): KindCache {
    const form = storedAs(kind);
    const name = cacheName(form);
    let cache = this.#caches.get(name);
    if (!cache) {
      const { store, clock, decode, read, prepare, onDamaged } = this.#options;
      const other = kind.rules.storedAs;
      const inForm = other ? this.#options.storedKind(other.group, other.version, kind.resource) : kind;
      if (!inForm) throw new Error(`Cannot cache ${kind.resource}: the kind it is stored as, ${other?.group}/${other?.version}, is not served`);
      cache = new KindCache({
        kind: inForm,
        stored: form,
        store,
        clock,
        decode,
        feed: this.#feed,
        ...(read && { read }),
        ...(prepare && { prepare }),
        ...(onDamaged && { onDamaged }),
      });
      this.#caches.set(name, cache);
    }
    return cache;
  }

  /** A custom resource's definition is gone or changed: its cache is made anew at the next use. */
  forget(kind: Kind): void {
    this.#views.delete(kind);
    const name = cacheName(storedAs(kind));
    this.#caches.get(name)?.close();
    this.#caches.delete(name);
  }

  #trimLater(): void {
    this.#cancelTrim = this.#options.clock.after(TRIM_EVERY_MS, () => {
      for (const cache of this.#caches.values()) cache.trim();
      this.#trimLater();
    });
  }

  #dispatch(changes: readonly WatchedChange[]): void {
    if (this.#caches.size === 0) return;
    let batch: WatchedChange[] = [];
    let name = "";
    for (const change of changes) {
      const its = nameOf(change.key);
      if (its !== name) {
        this.#caches.get(name)?.apply(batch);
        batch = [];
        name = its;
      }
      batch.push(change);
    }
    this.#caches.get(name)?.apply(batch);
  }

  #relist(): void {
    for (const cache of this.#caches.values()) cache.relist().catch(() => this.#options.clock.after(1000, () => cache.relist().catch(() => {})));
  }
}

/** @returns the cache's name for a store key: `/registry/core/pods/ns/a` → `/pods` */
function nameOf(key: string): string {
  const slash = key.indexOf("/", ROOT.length);
  const group = key.slice(ROOT.length, slash);
  const resource = key.slice(slash + 1, key.indexOf("/", slash + 1));
  return `${group === "core" ? "" : group}/${resource}`;
}

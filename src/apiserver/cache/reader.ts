/** What admission, authorization and controllers inside the server read of the cluster: the caches, decoded. */

import assert from "node:assert/strict";
import type { Kind, KubeObject } from "../../api/kind.ts";
import type { Reader } from "../../security/reader.ts";
import type { StoreCaches } from "./caches.ts";
import { cacheName } from "./keys.ts";
import type { KindCache } from "./kind-cache.ts";

const HELD_MAX = 512;
/** What is larger isn't held: it would be megabytes for what few ask for. */
const HELD_BYTES_MAX = 16 * 1024;

/** Objects that a Reader gives are shared with everyone: they must not be changed. */
export class CacheReader implements Reader {
  readonly #caches: StoreCaches;
  readonly #storedKind: (group: string, resource: string) => Kind | undefined;
  readonly #found = new Map<string, KindCache>();
  /** What was read last is held: every write asks for the same few namespaces and accounts, which would otherwise be decoded again after each collection. */
  readonly #held: unknown[] = [];
  #next = 0;
  readonly #glances = new WeakMap<object, WeakMap<object, { readonly said: unknown }>>();

  /** @param storedKind gives the kind in whose form a resource is stored */
  constructor(caches: StoreCaches, storedKind: (group: string, resource: string) => Kind | undefined) {
    this.#caches = caches;
    this.#storedKind = storedKind;
  }

  get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): T | undefined {
    const cache = this.#cache(group, resource);
    const object = cache?.get(namespace, name);
    if (!object || !cache) return undefined;
    const view = cache.view<T>(object);
    if (object.bytes.length > HELD_BYTES_MAX) return view;
    this.#held[this.#next] = view;
    this.#next = (this.#next + 1) % HELD_MAX;
    return view;
  }

  *list<T extends KubeObject>(group: string, resource: string, namespace?: string): Iterable<T> {
    const cache = this.#cache(group, resource);
    if (cache) for (const object of cache.list(namespace === undefined ? {} : { namespace })) yield cache.view<T>(object);
  }

  *glances<T extends KubeObject, R>(group: string, resource: string, glance: (object: T) => R): Iterable<R> {
    const cache = this.#cache(group, resource);
    const known = this.#glances.getOrInsertComputed(glance, () => new WeakMap()) as WeakMap<object, { readonly said: R }>; // By the function that said it.
    for (const object of cache?.list({}) ?? []) {
      let entry = known.get(object);
      if (!entry) {
        entry = { said: glance(cache!.decode<T>(object)) };
        known.set(object, entry);
      }
      yield entry.said;
    }
  }

  revision(group: string, resource: string): number {
    return this.#cache(group, resource)?.lastChange ?? 0;
  }

  async getFresh<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): Promise<T | undefined> {
    const cache = this.#cache(group, resource);
    await cache?.waitForPresent();
    const object = cache?.get(namespace, name);
    return object && cache?.view<T>(object);
  }

  onChange(
    group: string,
    resource: string,
    callback: (change: { readonly namespace: string; readonly name: string; readonly deleted: boolean }) => void,
  ): () => void {
    const cache = this.#cache(group, resource, false);
    if (!cache) return () => {};
    return cache.onChange(({ namespace, name, object }) => callback({ namespace, name, deleted: object === undefined }));
  }

  /** A resource's cache is made anew: the next read finds the new one. */
  forget(group: string, resource: string): void {
    this.#found.delete(cacheName({ group, resource, namespaced: false }));
  }

  /** A resource that isn't served has no objects; one that is served must have been filled before anyone decides by it. */
  #cache(group: string, resource: string, mustBeFilled = true): KindCache | undefined {
    const name = cacheName({ group, resource, namespaced: false });
    let cache = this.#found.get(name);
    if (!cache) {
      const kind = this.#storedKind(group, resource);
      if (!kind) return undefined;
      cache = this.#caches.stored(kind);
      this.#found.set(name, cache);
    }
    assert.ok(!mustBeFilled || cache.filled, `the cache of ${resource} is read before it is filled`);
    return cache;
  }
}

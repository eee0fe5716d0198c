/** A kind that is stored in another one's form (`events.k8s.io` Events as core ones), seen through the cache of that form. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { Change } from "./history.ts";
import type { KindCache } from "./kind-cache.ts";
import { StoredObject, servable } from "./stored-object.ts";
import type { CacheChange, CachedObject, Page, Selection, Subscription, WatchCache } from "./watch-cache.ts";

export class KindView implements WatchCache {
  readonly #kind: Kind;
  readonly #cache: KindCache;
  readonly #encode: (kind: Kind, object: KubeObject) => Buffer;
  readonly #selectable: readonly ((object: KubeObject) => string)[];
  readonly #seen = new WeakMap<CachedObject, StoredObject>();
  readonly #changes = new WeakMap<CacheChange, Change>();

  /** @param encode gives the stored form of an object of this kind, with the revision's place left open */
  constructor(kind: Kind, cache: KindCache, encode: (kind: Kind, object: KubeObject) => Buffer) {
    this.#kind = kind;
    this.#cache = cache;
    this.#encode = encode;
    this.#selectable = Object.values(kind.rules.selectableFields ?? {});
  }

  get revision(): number {
    return this.#cache.revision;
  }

  get(namespace: string, name: string): CachedObject | undefined {
    const object = this.#cache.get(namespace, name);
    return object && this.#see(object);
  }

  list(selection: Selection): readonly CachedObject[] {
    return this.#cache.list(this.#through(selection)).map((object) => this.#see(object));
  }

  async page(selection: Selection, revision: number, after: string, limit: number): Promise<Page> {
    const page = await this.#cache.page(this.#through(selection), revision, after, limit);
    return { ...page, objects: page.objects.map((object) => this.#see(object)) };
  }

  get present(): boolean {
    return this.#cache.present;
  }

  ready(): Promise<void> {
    return this.#cache.ready();
  }

  waitFor(revision: number, timeoutMs: number): Promise<void> {
    return this.#cache.waitFor(revision, timeoutMs);
  }

  waitForPresent(): Promise<void> {
    return this.#cache.waitForPresent();
  }

  subscribe(subscription: Subscription): Promise<() => void> {
    return this.#cache.subscribe({
      from: subscription.from,
      selection: this.#through(subscription.selection),
      deliver: (changes) => subscription.deliver(changes.map((change) => this.#change(change))),
      lost: () => subscription.lost(),
    });
  }

  settle(): void {
    this.#cache.settle();
  }

  decode<T extends KubeObject>(object: CachedObject): T {
    return this.#cache.decode(object, this.#kind);
  }

  view<T extends KubeObject>(object: CachedObject): T {
    return this.#cache.view(object, this.#kind);
  }

  #see(object: CachedObject): StoredObject {
    let seen = this.#seen.get(object);
    if (!seen) {
      const form = this.#kind.rules.storedAs;
      const stored = this.#cache.decode(object);
      const converted = form ? form.fromStored(stored) : stored;
      converted.apiVersion = this.#kind.apiVersion;
      const { bytes, hole } = servable(this.#encode(this.#kind, converted), object.resourceVersion);
      const { uid, labels } = object;
      const fields = this.#selectable.map((read) => read(converted));
      seen = new StoredObject(object.namespace, object.name, { uid, labels, fields }, object.resourceVersion, bytes, hole);
      this.#seen.set(object, seen);
    }
    return seen;
  }

  /** One converted change for all watchers, so that they share its encoding. */
  #change(change: CacheChange): Change {
    let seen = this.#changes.get(change);
    if (!seen) {
      const { object, previous, revision } = change;
      const { namespace, name } = (object ?? previous)!;
      seen = new Change(revision, namespace, name, object && this.#see(object), previous && this.#see(previous));
      this.#changes.set(change, seen);
    }
    return seen;
  }

  /** Namespace, name and labels are the same in both forms; selectable fields aren't. */
  #through({ matches, index, ...rest }: Selection): Selection {
    return {
      ...rest,
      ...(matches && { matches: (object: CachedObject) => matches(this.#see(object)) }),
      ...(index?.by.startsWith("label:") && { index }),
    };
  }
}

/**
 * A kind seen through the cache of its stored form, where somebody else has to be asked to convert it: whoever waits for the cache waits for what isn't
 * converted yet, so that what is read afterwards is there.
 */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { Change } from "./history.ts";
import { relativeKey } from "./keys.ts";
import type { KindCache } from "./kind-cache.ts";
import { inSelection } from "./selection.ts";
import { StoredObject, servable } from "./stored-object.ts";
import type { CacheChange, CachedObject, Page, Selection, Subscription, WatchCache } from "./watch-cache.ts";

/** Converts objects as data, in order; throws a StatusError. */
type Convert = (objects: readonly KubeObject[]) => Promise<KubeObject[]>;

export class ConvertedView implements WatchCache {
  readonly #kind: Kind;
  readonly #cache: KindCache;
  readonly #encode: (kind: Kind, object: KubeObject) => Buffer;
  readonly #convert: Convert;
  readonly #selectable: readonly ((object: KubeObject) => string)[];
  readonly #seen = new WeakMap<CachedObject, StoredObject>();
  /** Everything up to this change of the cache is converted. */
  #convertedAt = -1;
  #catchingUp: Promise<void> | undefined;
  /** Changes on their way to a watcher. */
  readonly #undelivered = new Set<{ readonly first: number }>();

  constructor(kind: Kind, cache: KindCache, encode: (kind: Kind, object: KubeObject) => Buffer, convert: Convert) {
    this.#kind = kind;
    this.#cache = cache;
    this.#encode = encode;
    this.#convert = convert;
    this.#selectable = Object.values(kind.rules.selectableFields ?? {});
  }

  /** What a watcher has been told: not what is still being converted for it. */
  get revision(): number {
    let revision = this.#cache.revision;
    for (const { first } of this.#undelivered) revision = Math.min(revision, first - 1);
    return revision;
  }

  get present(): boolean {
    return this.#cache.present && this.#convertedAt === this.#cache.lastChange;
  }

  async ready(): Promise<void> {
    await this.#cache.ready();
    await this.#catchUp();
  }

  async waitFor(revision: number, timeoutMs: number): Promise<void> {
    await this.#cache.waitFor(revision, timeoutMs);
    await this.#catchUp();
  }

  async waitForPresent(): Promise<void> {
    await this.#cache.waitForPresent();
    await this.#catchUp();
  }

  /** @returns undefined also for what isn't converted yet: one waits before one asks */
  get(namespace: string, name: string): CachedObject | undefined {
    const object = this.#cache.get(namespace, name);
    return object && this.#seen.get(object);
  }

  list(selection: Selection): readonly CachedObject[] {
    return this.#selected(this.#cache.list(unmatched(selection)), selection);
  }

  /** A selection is applied to what was converted, so all that follows is looked at. */
  async page(selection: Selection, revision: number, after: string, limit: number): Promise<Page> {
    const whole = selection.matches === undefined;
    const page = await this.#cache.page(unmatched(selection), revision, after, whole ? limit : Number.POSITIVE_INFINITY);
    await this.#convertAll(page.objects);
    const objects = this.#selected(page.objects, selection);
    if (whole || objects.length <= limit) return { ...page, objects };
    const shown = objects.slice(0, limit);
    const last = shown.at(-1)!;
    return { objects: shown, next: relativeKey(last.namespace, last.name), remaining: objects.length - limit };
  }

  /** Changes come in their order, each after it was converted. Where that fails the watch ends, and its client lists again. */
  subscribe(subscription: Subscription): Promise<() => void> {
    let over = false;
    let queue = Promise.resolve();
    const deliver = async (changes: readonly CacheChange[]): Promise<void> => {
      if (over) return;
      try {
        await this.#convertAll(changes.flatMap(({ object, previous }) => [...(object ? [object] : []), ...(previous ? [previous] : [])]));
        if (!over) subscription.deliver(changes.map((change) => this.#change(change)));
      } catch {
        over = true;
        subscription.lost();
      }
    };
    const stop = this.#cache.subscribe({
      from: subscription.from,
      selection: unmatched(subscription.selection),
      deliver: (changes) => {
        const underWay = { first: changes[0]?.revision ?? Number.POSITIVE_INFINITY };
        this.#undelivered.add(underWay);
        queue = queue.then(() => deliver(changes)).finally(() => this.#undelivered.delete(underWay));
      },
      lost: () => subscription.lost(),
    });
    return stop.then((end) => () => {
      over = true;
      end();
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

  #selected(objects: readonly CachedObject[], selection: Selection): CachedObject[] {
    return objects.flatMap((object) => this.#seen.get(object) ?? []).filter((object) => inSelection(selection, object));
  }

  #catchUp(): Promise<void> {
    if (this.#convertedAt === this.#cache.lastChange) return Promise.resolve();
    this.#catchingUp ??= this.#convertPending().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  async #convertPending(): Promise<void> {
    let at: number;
    do {
      at = this.#cache.lastChange;
      await this.#convertAll(this.#cache.list({}));
    } while (at !== this.#cache.lastChange);
    this.#convertedAt = at;
  }

  async #convertAll(objects: readonly CachedObject[]): Promise<void> {
    const pending = objects.filter((object) => !this.#seen.has(object));
    if (pending.length === 0) return;
    const converted = await this.#convert(pending.map((object) => this.#cache.decode(object)));
    for (const [i, object] of pending.entries()) this.#remember(object, converted[i]!);
  }

  #remember(object: CachedObject, converted: KubeObject): void {
    const { namespace, name, uid, resourceVersion } = object;
    const { bytes, hole } = servable(this.#encode(this.#kind, converted), resourceVersion);
    const facts = { uid, labels: converted.metadata.labels, fields: this.#selectable.map((read) => read(converted)) };
    this.#seen.set(object, new StoredObject(namespace, name, facts, resourceVersion, bytes, hole));
  }

  #change({ object, previous, revision }: CacheChange): Change {
    const { namespace, name } = (object ?? previous)!;
    return new Change(revision, namespace, name, object && this.#seen.get(object), previous && this.#seen.get(previous));
  }
}

/** Namespace and name are the same in both forms; labels and fields may not be. */
function unmatched({ matches: _matches, index: _index, ...rest }: Selection): Selection {
  return rest;
}

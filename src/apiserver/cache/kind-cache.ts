/** One stored kind in memory: filled by a listing, kept current by the feed, read by everyone. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { Clock } from "../../machinery/clock.ts";
import { expired } from "../../machinery/status/status-error.ts";
import { CompactedError, type Entry, type SealError, type Store, type WatchedChange } from "../../storage/store.ts";
import type { Damaged } from "../quarantine.ts";
import { copyObject } from "./copy.ts";
import { Damage } from "./damage.ts";
import { differences } from "./differences.ts";
import { FanOut } from "./fan-out.ts";
import type { Feed } from "./feed.ts";
import { Change, History } from "./history.ts";
import { Indexes } from "./indexes.ts";
import { prefixOf, relativeKey, type StoredAs, splitKey } from "./keys.ts";
import { pageOf } from "./page.ts";
import { changesBetween, type Past, storePage } from "./past.ts";
import { inSelection, predicate } from "./selection.ts";
import { Shelf } from "./shelf.ts";
import { StoredObject, servable } from "./stored-object.ts";
import type { CachedObject, Page, Selection, Subscription, WatchCache } from "./watch-cache.ts";

/** A listing is read in pages of so many, so that neither side holds all of it twice. */
const PAGE = 1000;
/** Below this, looking at every object costs less than keeping an index. */
const INDEX_FROM = 32;

export interface KindCacheOptions {
  /** The kind in whose form the objects are stored. */
  readonly kind: Kind;
  readonly stored: StoredAs;
  readonly store: Store;
  readonly feed: Feed;
  readonly clock: Clock;
  /** Decodes servable bytes. */
  decode(kind: Kind, bytes: Uint8Array): KubeObject;
  /** @returns a stored value as it is read now; the very same where nothing differs */
  read?(kind: Kind, value: Uint8Array): Uint8Array;
  /** Called before many stored values are read. */
  prepare?(kind: Kind, values: readonly Uint8Array[]): Promise<void> | undefined;
  /** Told once of each object that is found not to open. */
  onDamaged?(damaged: Damaged): void;
}

export class KindCache implements WatchCache {
  readonly kind: Kind;
  readonly prefix: string;
  /** What went through it, for whoever counts. */
  readonly tally = { received: 0, dispatched: 0, fills: 0, fillSeconds: [] as number[] };
  readonly #options: KindCacheOptions;
  readonly #selectable: readonly ((object: KubeObject) => string)[];
  readonly #fanOut = new FanOut();
  readonly #listeners = new Set<(change: Change) => void>();
  /** What this instance is about to write, by key: its event needn't be decoded. */
  readonly #expected = new Map<string, { value: Uint8Array; object: KubeObject }>();
  readonly #damage = new Damage();
  #shelf = new Shelf();
  #indexes = new Indexes();
  #history = new History(0);
  /** The listing's revision: changes at or before it are already there. */
  #filledAt = -1;
  #filling: Promise<void> | undefined;
  /** Changes that arrived while the listing was read. */
  #early: WatchedChange[] = [];
  #lastChange = 0;
  readonly #past: Past;

  constructor(options: KindCacheOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.prefix = prefixOf(options.stored);
    this.#selectable = Object.values(options.kind.rules.selectableFields ?? {});
    const { store, kind } = options;
    this.#past = { store, prefix: this.prefix, namespaced: kind.namespaced, build: (key, namespace, name, entry) => this.#build(key, namespace, name, entry) };
  }

  get revision(): number {
    return Math.max(this.#options.feed.revision, this.#filledAt);
  }

  /** Counts the changes that the cache has seen: what other indexes are built against. */
  get lastChange(): number {
    return this.#lastChange;
  }

  get size(): number {
    return this.#shelf.size;
  }

  /** How many objects a namespace has, or all have. */
  count(namespace: string | undefined): number {
    return this.#shelf.count(namespace);
  }

  /** @returns the mean size of the first few objects */
  averageBytes(sample: number): number {
    let [bytes, count] = [0, 0];
    for (const object of this.#shelf.inOrder(undefined)) {
      if (count === sample) break;
      bytes += object.bytes.length;
      count++;
    }
    return count === 0 ? 0 : bytes / count;
  }

  get subscribers(): number {
    return this.#fanOut.size;
  }

  get filled(): boolean {
    return this.#filledAt >= 0;
  }

  get present(): boolean {
    return this.filled && this.#options.feed.present;
  }

  ready(): Promise<void> {
    this.#filling ??= this.#fill().catch((error) => {
      this.#filling = undefined;
      throw error;
    });
    return this.#filling;
  }

  get(namespace: string, name: string): StoredObject | undefined {
    return this.#shelf.get(namespace, name);
  }

  /** @returns why an object that stands in the store is not here: it doesn't open */
  damage(namespace: string, name: string): SealError | undefined {
    return this.#damage.at(this.prefix + relativeKey(namespace, name));
  }

  list(selection: Selection): readonly StoredObject[] {
    const { namespace, name, matches, index } = selection;
    if (name !== undefined && (namespace !== undefined || !this.kind.namespaced)) {
      const object = this.#shelf.get(namespace ?? "", name);
      return object && (!matches || matches(object)) ? [object] : [];
    }
    if (!index || this.#shelf.count(namespace) < INDEX_FROM) return this.#shelf.collect(namespace, predicate(selection));
    const found = this.#indexes.find(index.by, index.value, () => this.#shelf.inOrder(undefined));
    const matching = [...found].filter((object) => inSelection(selection, object));
    return matching.sort((a, b) => (relativeKey(a.namespace, a.name) < relativeKey(b.namespace, b.name) ? -1 : 1));
  }

  async page(selection: Selection, revision: number, after: string, limit: number): Promise<Page> {
    if (revision >= this.#history.floor && !this.#options.feed.isPast(revision)) {
      const overlay = this.#history.overlay(revision, (change) => relativeKey(change.namespace, change.name));
      return pageOf(this.#shelf, overlay, selection, after, limit);
    }
    return storePage(this.#past, selection, revision, after, limit);
  }

  waitFor(revision: number, timeoutMs: number): Promise<void> {
    return this.#options.feed.waitFor(revision, timeoutMs);
  }

  waitForPresent(): Promise<void> {
    return this.#options.feed.waitForPresent();
  }

  async subscribe(subscription: Subscription): Promise<() => void> {
    const { from } = subscription;
    if (from >= this.#history.floor) {
      const { release, end } = this.#fanOut.add(subscription, true);
      release(this.#history.since(from));
      return end;
    }
    const { release, end } = this.#fanOut.add(subscription, true);
    try {
      release(await changesBetween(this.#past, from, this.revision));
    } catch (error) {
      end();
      if (error instanceof CompactedError) throw expired(`too old resource version: ${from} (${error.floor})`);
      throw error;
    }
    return end;
  }

  settle(): void {
    this.#fanOut.settle();
  }

  decode<T extends KubeObject>(object: CachedObject, kind = this.kind): T {
    const known = object instanceof StoredObject ? object.decoded : undefined;
    if (known) return copyObject(known) as T;
    return this.#options.decode(kind, object.bytes) as T;
  }

  view<T extends KubeObject>(object: CachedObject, kind = this.kind): T {
    if (!(object instanceof StoredObject)) return this.decode(object, kind);
    let decoded = object.decoded;
    if (!decoded) {
      decoded = this.#options.decode(kind, object.bytes);
      object.remember(decoded);
    }
    return decoded as T;
  }

  /** Calls back after each change. @returns what ends it */
  onChange(callback: (change: Change) => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  /** Says what a write is about to store, so that its event is taken from memory. @returns what takes it back when the write fails */
  expect(key: string, value: Uint8Array, object: KubeObject): () => void {
    const expected = { value, object };
    this.#expected.set(key, expected);
    return () => {
      if (this.#expected.get(key) === expected) this.#expected.delete(key);
    };
  }

  /** Lets go of history that is too old: a quiet kind has no change that would do it. */
  trim(): void {
    this.#history.trim(this.#options.clock.now());
  }

  /** Takes in changes of this kind; called by the owner of the feed. */
  apply(changes: readonly WatchedChange[]): void {
    if (!this.filled) {
      if (this.#filling) this.#early.push(...changes);
      return;
    }
    const taken: Change[] = [];
    for (const one of changes) {
      if (one.revision <= this.#filledAt) continue;
      const change = this.#take(one);
      if (change) taken.push(change);
    }
    this.tally.received += taken.length;
    this.#publish(taken);
  }

  /** The feed lost its place: lists again, and ends every watch so that its client does too. */
  async relist(): Promise<void> {
    if (!this.#filling) return;
    this.#filledAt = -1;
    this.#filling = undefined;
    this.#fanOut.lose();
    await this.ready();
  }

  /** The kind is served no more: ends its watches. */
  close(): void {
    this.#filledAt = -1;
    this.#filling = undefined;
    this.#fanOut.lose();
  }

  #take({ key, revision, entry, ending }: WatchedChange): Change | undefined {
    const { namespace, name } = splitKey(key.slice(this.prefix.length), this.kind.namespaced);
    const object = entry && this.#build(key, namespace, name, entry);
    this.#damage.forget(key);
    const previous = object ? this.#shelf.put(object) : this.#shelf.delete(namespace, name);
    if (!object && !previous) return undefined;
    this.#indexes.replace(previous, object);
    this.#lastChange = revision;
    const change = new Change(revision, namespace, name, object, previous, ending && endingOf(ending, previous!, revision));
    this.#history.add(change, this.#options.clock.now());
    return change;
  }

  #publish(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.tally.dispatched += this.#fanOut.size > 0 ? changes.length : 0;
    this.#fanOut.publish(changes);
    this.#tell(changes);
  }

  #tell(changes: Iterable<Change>): void {
    if (this.#listeners.size > 0) for (const change of changes) for (const listener of this.#listeners) listener(change);
  }

  #build(key: string, namespace: string, name: string, entry: Entry): StoredObject {
    const expected = this.#expected.get(key);
    const own = expected !== undefined && Buffer.compare(expected.value, entry.value) === 0;
    const read = own || !this.kind.form ? undefined : this.#options.read?.(this.kind, entry.value);
    const stale = read !== undefined && read !== entry.value;
    const { bytes, hole } = stale ? servable(read, entry.modified) : (entry.servable ?? servable(entry.value, entry.modified));
    let object: KubeObject;
    if (own) {
      this.#expected.delete(key);
      object = expected.object;
      object.metadata.resourceVersion = String(entry.modified);
    } else {
      object = this.#options.decode(this.kind, bytes);
    }
    const { uid = "", labels } = object.metadata;
    const stored = new StoredObject(namespace, name, { uid, labels, fields: this.#selectable.map((read) => read(object)) }, entry.modified, bytes, hole);
    stored.remember(object);
    stored.stale = stale;
    return stored;
  }

  async #fill(): Promise<void> {
    this.#early = [];
    const began = this.#options.clock.now();
    const before = this.#shelf;
    const shelf = new Shelf();
    const { store } = this.#options;
    let after: string | undefined;
    let revision: number | undefined;
    const damaged = new Map<string, SealError>();
    for (;;) {
      const listing = await store.list({ prefix: this.prefix, limit: PAGE, around: true, ...(after && { after }), ...(revision && { revision }) });
      revision = listing.revision;
      if (this.kind.form) {
        const values = listing.entries.map(({ value }) => value);
        await this.#options.prepare?.(this.kind, values);
      }
      for (const entry of listing.entries) {
        const { namespace, name } = splitKey(entry.key.slice(this.prefix.length), this.kind.namespaced);
        shelf.put(this.#build(entry.key, namespace, name, entry));
      }
      for (const error of listing.unopened ?? []) damaged.set(error.key, error);
      after = listing.entries.at(-1)?.key;
      if (!listing.more) break;
    }
    for (const error of this.#damage.replace(damaged)) this.#report(error);
    this.#shelf = shelf;
    this.#indexes = new Indexes();
    this.#history = new History(revision);
    this.#filledAt = revision;
    this.#lastChange = revision;
    this.#tell(differences(before, shelf, revision)); // Listeners, unlike watches, live through a new listing.
    this.tally.fills++;
    this.tally.fillSeconds.push((this.#options.clock.now() - began) / 1000);
    const early = this.#early;
    this.#early = [];
    this.apply(early);
  }

  #report(error: SealError): void {
    this.#options.onDamaged?.({ kind: this.kind, ...splitKey(error.key.slice(this.prefix.length), this.kind.namespaced), error });
  }
}

/** What an object that is gone is shown as. */
function endingOf(value: Uint8Array, previous: StoredObject, revision: number): StoredObject {
  const { bytes, hole } = servable(value, revision);
  return new StoredObject(previous.namespace, previous.name, previous, revision, bytes, hole);
}

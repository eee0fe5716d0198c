/**
 * The in-memory model of a store: the plainest code that keeps the contract. It is the oracle of the property tests, and a store
 * for tests that need no disk. Everything happens in the calling thread, one call after the other.
 */

import { type Clock, systemClock } from "../machinery/clock.ts";
import { checkLimit, checkRevision, checkTransaction, compareKeys, keyOf, readableRevision } from "./keys.ts";
import {
  type Change,
  CompactedError,
  type Entry,
  type Listing,
  type ListOptions,
  type Store,
  StoreClosedError,
  type Transaction,
  type TransactionResult,
  type WatchedChange,
  type WatchOptions,
} from "./store.ts";

interface Watcher {
  readonly options: WatchOptions;
  /** Every change at or before this revision was delivered. */
  position: number;
}

/** @returns an empty store that forgets everything with the process */
export function memoryStore(options: { readonly clock?: Clock } = {}): Store {
  return new MemoryStore(options.clock ?? systemClock);
}

class MemoryStore implements Store {
  readonly #clock: Clock;
  /** Every change since the floor, in order; `previous` is always filled in. */
  #log: WatchedChange[] = [];
  /** By key: each state that a list may still show, oldest first; an undefined entry is a deletion. */
  readonly #versions = new Map<string, { readonly revision: number; readonly entry: Entry | undefined }[]>();
  readonly #watchers = new Set<Watcher>();
  /** By key: what cancels the deletion that its time to live has set. */
  readonly #expiries = new Map<string, () => void>();
  #revision = 1;
  #floor = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async revision(): Promise<number> {
    this.#checkOpen();
    return this.#revision;
  }

  revisionNow(): number {
    return this.#closed ? Number.POSITIVE_INFINITY : this.#revision;
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#checkOpen();
    return this.#at(key, this.#revision);
  }

  async list({ prefix, after, limit, revision: asked, around }: ListOptions): Promise<Listing> {
    this.#checkOpen();
    checkLimit(limit);
    const revision = readableRevision(asked, this.#floor, this.#revision);
    const keys = [...this.#versions.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0));
    const all = keys.toSorted(compareKeys).flatMap((key) => this.#at(key, revision) ?? []);
    const entries = all.slice(0, limit);
    return { entries, revision, more: entries.length < all.length, remaining: all.length - entries.length, ...(around && { unopened: [] }) };
  }

  async txn(txn: Transaction): Promise<TransactionResult> {
    this.#checkOpen();
    checkTransaction(txn);
    const found = txn.if.map((condition) => this.#at(condition.key, this.#revision));
    const holds = txn.if.every((condition, i) => (found[i]?.modified ?? 0) === condition.modified);
    if (!holds) return { succeeded: false, revision: this.#revision, found };
    this.#commit(txn.then);
    return { succeeded: true, revision: this.#revision, found: [] };
  }

  watch(options: WatchOptions): void {
    this.#checkOpen();
    checkRevision(options.from);
    if (options.signal.aborted) return;
    const watcher = { options, position: options.from };
    this.#watchers.add(watcher);
    options.signal.addEventListener("abort", () => this.#watchers.delete(watcher), { once: true });
    queueMicrotask(() => this.#deliver());
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    if (revision <= this.#floor) return;
    readableRevision(revision, this.#floor, this.#revision);
    this.#deliver();
    this.#floor = revision;
    this.#log = this.#log.filter((change) => change.revision > revision);
    for (const [key, versions] of this.#versions) {
      const shown = versions.findLastIndex((version) => version.revision <= revision);
      versions.splice(0, versions[shown]?.entry ? shown : shown + 1);
      if (versions.length === 0) this.#versions.delete(key);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watchers.clear();
    for (const cancel of this.#expiries.values()) cancel();
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }

  /** @returns the entry that stood at `key` when `revision` was the newest */
  #at(key: string, revision: number): Entry | undefined {
    return this.#versions.get(key)?.findLast((version) => version.revision <= revision)?.entry;
  }

  #commit(changes: readonly Change[]): void {
    const revision = this.#revision + 1;
    const done = changes.flatMap((change) => {
      const key = keyOf(change);
      const previous = this.#at(key, this.#revision);
      if ("put" in change) {
        const entry = {
          key,
          value: Buffer.from(change.value),
          side: change.side && Buffer.from(change.side),
          created: previous?.created ?? revision,
          modified: revision,
        };
        this.#expireLater(key, change.ttlSeconds);
        return { key, revision, entry, previous };
      }
      if (!previous) return [];
      return { key, revision, entry: undefined, previous, ...(change.ending && { ending: change.ending }) };
    });
    if (done.length === 0) return;
    this.#revision = revision;
    for (const { key, entry } of done) this.#versions.getOrInsertComputed(key, () => []).push({ revision, entry });
    this.#log.push(...done);
    queueMicrotask(() => this.#deliver());
  }

  #expireLater(key: string, ttlSeconds: number | undefined): void {
    this.#expiries.get(key)?.();
    this.#expiries.delete(key);
    if (ttlSeconds === undefined) return;
    const cancel = this.#clock.after(ttlSeconds * 1000, () => this.#commit([{ delete: key }]));
    this.#expiries.set(key, cancel);
  }

  /** Brings every watcher to the newest revision. */
  #deliver(): void {
    for (const watcher of this.#watchers) {
      const { options, position } = watcher;
      if (position < this.#floor) {
        this.#watchers.delete(watcher);
        options.onError(new CompactedError(position, this.#floor));
        continue;
      }
      if (position >= this.#revision) continue;
      watcher.position = this.#revision;
      const first = this.#log.findLastIndex((change) => change.revision <= position) + 1;
      const changes = this.#log.slice(first).filter((change) => change.key.startsWith(options.prefix));
      if (changes.length > 0) options.onChanges(options.withPrevious ? changes : changes.map(({ previous, ...change }) => change));
      if (changes.at(-1)?.revision !== this.#revision && this.#watchers.has(watcher)) options.onProgress?.(this.#revision);
    }
  }
}

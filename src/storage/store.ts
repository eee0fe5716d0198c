/**
 * The store: etcd's semantics behind one small interface.
 *
 * There is a single global **revision**, a counter that each successful transaction with at least one change raises by one. Every key has
 * the revision of its creation and of its last change. A transaction compares revisions of keys, then does all of its changes or none.
 * What was written is durable when the promise resolves. A watch delivers every change after a revision, in order, exactly once,
 * until the store is compacted beyond it.
 *
 * An empty store is at revision 1, as etcd is, so that no object and no list ever has the resourceVersion "0", which means something
 * else to Kubernetes' clients. Bytes that were handed to the store belong to it (watches deliver them again): don't change them.
 *
 * What is above can't tell which backend is below; `storeSuite` holds each backend to that.
 */
export interface Store {
  /**
   * The newest revision whose effects this caller's reads are certain to see: no write that anyone was told of before the call is
   * above it. Cheap: the embedded store answers it from shared memory.
   */
  revision(): Promise<number>;
  /** The same without waiting, where the backend knows it (one writer in this process, say); infinite once the store is gone, so that nothing counts as present. */
  revisionNow?(): number;
  /** @returns the entry at `key`, now. Throws `SealError` where its bytes aren't what was put there. */
  get(key: string): Promise<Entry | undefined>;
  /**
   * Entries whose key begins with `prefix`, in the byte order of keys, all as of one revision. Throws `CompactedError`,
   * `FutureRevisionError` for a revision not reached, or `SealError` naming the first key that doesn't open.
   */
  list(options: ListOptions): Promise<Listing>;
  /**
   * Performs `then` where every condition holds and nothing otherwise; in the second case gives the entries that the conditions name.
   * Deleting a key that doesn't exist changes nothing. Throws a RangeError, before anything happens, for a bad key, for one key changed
   * twice and for more than `CHANGES_MAX` changes. When it rejects for another reason the caller can't know whether it was done.
   */
  txn(txn: Transaction): Promise<TransactionResult>;
  /**
   * Delivers batches of changes under `prefix` with a revision above `from`, in order; a batch never ends inside a revision.
   * A `from` that hasn't been reached is waited for. `onError` is called at most once (with `CompactedError` when `from` is too old, with
   * `SealError` when a change doesn't open, `StoreClosedError` when the store is gone) and ends the watch, as do the signal and, quietly,
   * `close`. Throws `StoreClosedError` on a store that is closed or gone.
   */
  watch(options: WatchOptions): void;
  /**
   * Forgets what was replaced or deleted at or before `revision`, which becomes the floor: reads below it throw `CompactedError`, reads
   * at it still work. Resolves once the history is gone; does nothing at or below the present floor; throws `FutureRevisionError` above the newest.
   */
  compact(revision: number): Promise<void>;
  /** Ends the watches, finishes what was asked before, and lets go of the disk. Later calls reject with `StoreClosedError`. */
  close(): Promise<void>;
}

export interface Entry {
  readonly key: string;
  /** The object as its kind encodes it for storage. */
  readonly value: Uint8Array;
  /** The server-owned side record of the object (who authored what, pinned UIDs), or undefined where it has none. */
  readonly side?: Uint8Array | undefined;
  /** The value as clients are shown it, where the store has put it into memory that several threads share. */
  readonly servable?: Servable | undefined;
  /** Revision of the change that created the key. */
  readonly created: number;
  /** Revision of the last change: the object's resourceVersion. */
  readonly modified: number;
}

/** A stored object with its revision filled in (servable.ts). */
export interface Servable {
  /** The object's JSON as a GET answers it. Never written to. */
  readonly bytes: Buffer;
  /** Where `"resourceVersion":"…",` begins. */
  readonly hole: number;
}

export interface ListOptions {
  readonly prefix: string;
  /** At most this many entries; no limit where undefined. */
  readonly limit?: number;
  /** Only keys above this one (exclusive): where the last page ended. */
  readonly after?: string;
  /** As of this revision; the newest where undefined. */
  readonly revision?: number;
  /** Leave out what doesn't open and name it in `Listing.unopened`, instead of throwing: one damaged object then doesn't hide all others. */
  readonly around?: boolean;
}

export interface Listing {
  readonly entries: readonly Entry[];
  /** The revision that the listing shows. */
  readonly revision: number;
  readonly more: boolean;
  /** How many entries follow those given. */
  readonly remaining: number;
  /** Where asked to list `around` them: the entries of this page that didn't open. They don't count towards the limit. */
  readonly unopened?: readonly SealError[];
}

/** `modified: 0` says that the key must not exist. */
export interface Condition {
  readonly key: string;
  readonly modified: number;
}

export type Change = Put | Delete;

export interface Put {
  readonly put: string;
  readonly value: Uint8Array;
  readonly side?: Uint8Array | undefined;
  /** The object's UID: part of the sealed value's header. */
  readonly uid: string;
  /** Whose data key seals the value: the namespace's UID, or "" for cluster-scoped objects. */
  readonly scope: string;
  /** The key is deleted by the store after so many seconds (events). */
  readonly ttlSeconds?: number;
}

export interface Delete {
  readonly delete: string;
  /** What watchers are to be shown of the object, in its stored form, where that isn't what stands there. It is not kept: who reads of the deletion later sees what stood. */
  readonly ending?: Uint8Array | undefined;
}

export interface Transaction {
  readonly if: readonly Condition[];
  readonly then: readonly Change[];
}

export interface TransactionResult {
  readonly succeeded: boolean;
  /** After success the revision of the changes; else the revision at which the conditions were seen to fail. */
  readonly revision: number;
  /** After failure: what stands at the conditions' keys, in their order. */
  readonly found: readonly (Entry | undefined)[];
}

export interface WatchOptions {
  readonly prefix: string;
  readonly from: number;
  readonly signal: AbortSignal;
  /** Fill in `WatchedChange.previous`. The store then reads it back for every change; a cache that holds the objects itself shouldn't ask. */
  readonly withPrevious?: boolean;
  onChanges(changes: readonly WatchedChange[]): void;
  /**
   * Says that every change at or before `revision` was delivered, where the last change didn't say so. Comes soon after every commit
   * elsewhere in the store: who waits for the present (`revision()`) is never left waiting on a quiet prefix.
   */
  onProgress?(revision: number): void;
  onError(error: Error): void;
}

/** A put has `entry`; a deletion has none. `previous` is what stood there before, where the watch asked for it. */
export interface WatchedChange {
  readonly key: string;
  readonly revision: number;
  readonly entry?: Entry | undefined;
  readonly previous?: Entry | undefined;
  /** Of a deletion that was just made: what it said is to be shown. */
  readonly ending?: Uint8Array | undefined;
}

/** The asked revision lies below what compaction left. */
export class CompactedError extends Error {
  override name = "CompactedError";
  readonly asked: number;
  readonly floor: number;
  constructor(asked: number, floor: number) {
    super(`Cannot read at revision ${asked}: the store is compacted to ${floor}`);
    this.asked = asked;
    this.floor = floor;
  }
}

/** The asked revision has not been reached. */
export class FutureRevisionError extends Error {
  override name = "FutureRevisionError";
  readonly asked: number;
  readonly current: number;
  constructor(asked: number, current: number) {
    super(`Cannot read at revision ${asked}: the store is at ${current}`);
    this.asked = asked;
    this.current = current;
  }
}

/** A stored value could not be opened: it was moved, changed, or sealed under a key that is gone. */
export class SealError extends Error {
  override name = "SealError";
  readonly key: string;
  readonly reason: string;
  constructor(key: string, reason: string) {
    super(`Cannot open the value at ${key}: ${reason}`);
    this.key = key;
    this.reason = reason;
  }
}

/** The store was closed, or its thread or server is gone: nothing more can be read or written through it. */
export class StoreClosedError extends Error {
  override name = "StoreClosedError";
  constructor(reason = "it was closed", options?: ErrorOptions) {
    super(`Cannot use the store: ${reason}`, options);
  }
}

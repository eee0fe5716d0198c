/**
 * The store: etcd's semantics behind one small interface.
 *
 * There is a single global **revision**, a counter that each successful transaction with at least one change raises by one. Every key has
 * the revision of its creation and of its last change. A transaction compares revisions of keys, then does all of its changes or none.
 * What was written is durable when the promise resolves. A watch delivers every change after a revision, in order, exactly once,
 * until the store is compacted beyond it.
 *
 * What is above can't tell which backend is below; `storeSuite` holds each backend to that.
 */
export interface Store {
  /** The newest revision whose effects this caller's reads are certain to see. */
  revision(): Promise<number>;
  /** @returns the entry at `key`, now. */
  get(key: string): Promise<Entry | undefined>;
  /** Entries whose key begins with `prefix`, in the byte order of keys. Throws `CompactedError`, or `FutureRevisionError` for a revision not reached. */
  list(options: ListOptions): Promise<Listing>;
  /** Performs `then` where every condition holds and nothing otherwise; in the second case gives the entries that the conditions name. */
  txn(txn: Transaction): Promise<TransactionResult>;
  /**
   * Delivers batches of changes under `prefix` with a revision above `from`, in order; a batch never ends inside a revision.
   * `onError` is called at most once (with `CompactedError` when `from` is too old) and ends the watch, as does the signal.
   */
  watch(options: WatchOptions): void;
  /** Forgets what was replaced or deleted at or before `revision`. Later reads below it throw `CompactedError`. */
  compact(revision: number): Promise<void>;
  close(): Promise<void>;
}

export interface Entry {
  readonly key: string;
  /** The object as its kind encodes it for storage. */
  readonly value: Uint8Array;
  /** The server-owned side record of the object (who authored what, pinned UIDs), or undefined where it has none. */
  readonly side?: Uint8Array | undefined;
  /** Revision of the change that created the key. */
  readonly created: number;
  /** Revision of the last change: the object's resourceVersion. */
  readonly modified: number;
}

export interface ListOptions {
  readonly prefix: string;
  /** At most this many entries; no limit where undefined. */
  readonly limit?: number;
  /** Only keys above this one (exclusive): where the last page ended. */
  readonly after?: string;
  /** As of this revision; the newest where undefined. */
  readonly revision?: number;
}

export interface Listing {
  readonly entries: readonly Entry[];
  /** The revision that the listing shows. */
  readonly revision: number;
  readonly more: boolean;
  /** How many entries follow those given. */
  readonly remaining: number;
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
  onChanges(changes: readonly WatchedChange[]): void;
  /** Says that every change at or before `revision` was delivered; sent now and then on quiet prefixes. */
  onProgress?(revision: number): void;
  onError(error: Error): void;
}

/** A put has `entry`; a deletion has none. `previous` is what stood there before, where the history still holds it. */
export interface WatchedChange {
  readonly key: string;
  readonly revision: number;
  readonly entry?: Entry | undefined;
  readonly previous?: Entry | undefined;
}

/** The asked revision lies at or below what compaction left. */
export class CompactedError extends Error {
  override name = "CompactedError";
  readonly floor: number;
  constructor(asked: number, floor: number) {
    super(`Cannot read at revision ${asked}: the store is compacted to ${floor}`);
    this.floor = floor;
  }
}

/** The asked revision has not been reached. */
export class FutureRevisionError extends Error {
  override name = "FutureRevisionError";
  readonly current: number;
  constructor(asked: number, current: number) {
    super(`Cannot read at revision ${asked}: the store is at ${current}`);
    this.current = current;
  }
}

/** A stored value could not be opened: it was moved, changed, or sealed under a key that is gone. */
export class SealError extends Error {
  override name = "SealError";
  readonly key: string;
  constructor(key: string, reason: string) {
    super(`Cannot open the value at ${key}: ${reason}`);
    this.key = key;
  }
}

/** The watch cache of one stored kind: every object once, as servable JSON bytes, in key order, with its recent history. */

import type { KubeObject } from "../../api/kind.ts";

export interface CachedObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: number;
  /** The object's JSON as a GET answers it. Never written to. */
  readonly bytes: Buffer;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Values of the kind's selectable fields, in the order of their declaration. */
  readonly fields: readonly string[];
}

export interface CacheChange {
  readonly revision: number;
  /** Undefined after a deletion. */
  readonly object: CachedObject | undefined;
  readonly previous: CachedObject | undefined;
  /** What stood there before, stamped with the change's revision: what a watcher is told of an object that is gone or has left its selection. Made once for all watchers. */
  readonly gone: CachedObject | undefined;
}

/** A predicate over cached objects, made from label and field selectors, with the index that narrows it. */
export interface Selection {
  readonly namespace?: string;
  readonly name?: string;
  /** Label and field selectors; the index's own requirement is among them. Namespace and name are the cache's to check. */
  readonly matches?: (object: CachedObject) => boolean;
  /** An index to begin from, where a selector pins one of the indexed fields or labels: `label:app`, `field:0`. */
  readonly index?: { readonly by: string; readonly value: string };
}

export interface Subscription {
  readonly selection: Selection;
  /** Every change above this revision is delivered. */
  readonly from: number;
  /** Changes in order whose object, or what stood there before, may match the selection: the subscriber decides what it shows of each. */
  deliver(changes: readonly CacheChange[]): void;
  /** The cache can't go on (the store compacted what it had not yet read): the watch ends and its client lists again. */
  lost(): void;
}

/** A list as of an older revision. */
export interface Page {
  readonly objects: readonly CachedObject[];
  /** The last key, relative to the kind's prefix, that was looked at; undefined when nothing follows. */
  readonly next: string | undefined;
  /** How many objects of the namespace follow, whatever the selection. */
  readonly remaining: number;
}

export interface WatchCache {
  /** Every change at or before this revision is in the cache. */
  readonly revision: number;
  get(namespace: string, name: string): CachedObject | undefined;
  /** Objects in key order. */
  list(selection: Selection): readonly CachedObject[];
  /** At most `limit` objects of the state at `revision` that follow `after` in key order; throws a 410 StatusError when neither the cache nor the store reach back. */
  page(selection: Selection, revision: number, after: string, limit: number): Promise<Page>;
  /** True when the cache is filled and certainly at the store's present revision: then there is nothing to wait for. */
  readonly present: boolean;
  /** Resolves once the cache is filled. */
  ready(): Promise<void>;
  /** Resolves once the cache has seen `revision`; throws a 504 StatusError (ResourceVersionTooLarge) after `timeoutMs`. */
  waitFor(revision: number, timeoutMs: number): Promise<void>;
  /** Resolves once the cache is at the store's present revision: what makes a cached read linearizable. */
  waitForPresent(): Promise<void>;
  /** Begins a watch. Throws a 410 StatusError when no history reaches back to `from`. @returns what ends it */
  subscribe(subscription: Subscription): Promise<() => void>;
  /** Delivers at once what watchers would be told in the next turn: then they know everything up to `revision`. */
  settle(): void;
  /** The object as data: a fresh copy that the caller may change. */
  decode<T extends KubeObject>(object: CachedObject): T;
  /** The object as data, shared with others: the caller must not change it. */
  view<T extends KubeObject>(object: CachedObject): T;
}

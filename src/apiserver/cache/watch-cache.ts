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
}

/** A predicate over cached objects, made from label and field selectors, with the index that narrows it. */
export interface Selection {
  readonly namespace?: string;
  readonly name?: string;
  readonly matches?: (object: CachedObject) => boolean;
  /** An index to begin from, where a selector pins one of the indexed fields or labels. */
  readonly index?: { readonly by: string; readonly value: string };
}

export interface WatchCache {
  /** Every change at or before this revision is in the cache. */
  readonly revision: number;
  get(namespace: string, name: string): CachedObject | undefined;
  /** Objects in key order. */
  list(selection: Selection): readonly CachedObject[];
  /** Resolves once the cache has seen `revision`; throws a 504 StatusError (ResourceVersionTooLarge) after `timeoutMs`. */
  waitFor(revision: number, timeoutMs: number): Promise<void>;
  /** Resolves once the cache is at the store's present revision: what makes a cached read linearizable. */
  waitForPresent(): Promise<void>;
  /** Delivers every change above `from` to `deliver`, in order. Throws a 410 StatusError when the history no longer reaches back. @returns what ends it */
  subscribe(from: number, deliver: (changes: readonly CacheChange[]) => void): Promise<() => void>;
  /** The object as data: a fresh copy that the caller may change. */
  decode<T extends KubeObject>(object: CachedObject): T;
}

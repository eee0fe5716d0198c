/** What a cache no longer holds, read from the store's history: changes for a watch that resumes, pages of an older state. */

import { expired } from "../../machinery/status/status-error.ts";
import { CompactedError, type Entry, type Store, type WatchedChange } from "../../storage/store.ts";
import { Change } from "./history.ts";
import { splitKey } from "./keys.ts";
import { inSelection } from "./selection.ts";
import type { StoredObject } from "./stored-object.ts";
import type { Page, Selection } from "./watch-cache.ts";

export interface Past {
  readonly store: Store;
  /** Of the kind's keys. */
  readonly prefix: string;
  readonly namespaced: boolean;
  build(key: string, namespace: string, name: string, entry: Entry): StoredObject;
}

/** @returns the changes in (from, to]. Throws `CompactedError` where the store doesn't reach back. */
export async function changesBetween(past: Past, from: number, to: number): Promise<Change[]> {
  const stop = new AbortController();
  try {
    return await new Promise<Change[]>((resolve, reject) => {
      const found: Change[] = [];
      past.store.watch({
        prefix: past.prefix,
        from,
        signal: stop.signal,
        withPrevious: true,
        onChanges: (changes) => {
          for (const change of changes) if (change.revision <= to) found.push(changeOf(past, change));
          if (changes.at(-1)!.revision >= to) resolve(found);
        },
        onProgress: (revision) => {
          if (revision >= to) resolve(found);
        },
        onError: reject,
      });
    });
  } finally {
    stop.abort();
  }
}

function changeOf(past: Past, { key, revision, entry, previous }: WatchedChange): Change {
  const { namespace, name } = splitKey(key.slice(past.prefix.length), past.namespaced);
  const build = (one: Entry | undefined) => one && past.build(key, namespace, name, one);
  return new Change(revision, namespace, name, build(entry), build(previous));
}

/** @returns a page of the state at `revision`. Throws a 410 StatusError where the store doesn't reach back. */
export async function storePage(past: Past, selection: Selection, revision: number, after: string, limit: number): Promise<Page> {
  try {
    return await readPage(past, selection, revision, after, limit);
  } catch (error) {
    if (error instanceof CompactedError) throw expired("The resourceVersion for the provided list is too old.");
    throw error;
  }
}

async function readPage(past: Past, selection: Selection, revision: number, after: string, limit: number): Promise<Page> {
  const within = past.prefix + (selection.namespace !== undefined && past.namespaced ? `${selection.namespace}/` : "");
  const objects: StoredObject[] = [];
  let last = after;
  for (;;) {
    const listing = await past.store.list({ prefix: within, revision, ...(Number.isFinite(limit) && { limit }), ...(last && { after: past.prefix + last }) });
    for (const [at, entry] of listing.entries.entries()) {
      last = entry.key.slice(past.prefix.length);
      const { namespace, name } = splitKey(last, past.namespaced);
      const object = past.build(entry.key, namespace, name, entry);
      if (inSelection(selection, object)) objects.push(object);
      const remaining = listing.entries.length - at - 1 + listing.remaining;
      if (objects.length === limit) return { objects, next: remaining > 0 ? last : undefined, remaining };
    }
    if (!listing.more) return { objects, next: undefined, remaining: 0 };
  }
}

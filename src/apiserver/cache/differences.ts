/** What happened between two listings, as far as the two can tell. */

import { Change } from "./history.ts";
import type { Shelf } from "./shelf.ts";

/** @param revision of the newer listing: when each change happened isn't known */
export function* differences(before: Shelf, now: Shelf, revision: number): Generator<Change> {
  for (const old of before.inOrder(undefined)) {
    if (!now.get(old.namespace, old.name)) yield new Change(revision, old.namespace, old.name, undefined, old);
  }
  for (const object of now.inOrder(undefined)) {
    const old = before.get(object.namespace, object.name);
    if (old?.resourceVersion !== object.resourceVersion) yield new Change(revision, object.namespace, object.name, object, old);
  }
}

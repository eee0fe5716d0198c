/** A page of a list as of an older revision: the present with what has changed since put back. */

import { relativeKey } from "./keys.ts";
import { predicate } from "./selection.ts";
import type { Shelf } from "./shelf.ts";
import type { StoredObject } from "./stored-object.ts";
import type { Page, Selection } from "./watch-cache.ts";

/**
 * @param overlay what stood at the keys that have changed since the page's revision
 * @param after the relative key that the last page ended with; "" for the first
 */
export function pageOf(shelf: Shelf, overlay: ReadonlyMap<string, StoredObject | undefined>, selection: Selection, after: string, limit: number): Page {
  if (overlay.size === 0) return shelf.page(selection.namespace, after, predicate(selection), limit);
  const matches = predicate(selection);
  const objects: StoredObject[] = [];
  let next: string | undefined;
  let remaining = 0;
  for (const object of asOf(shelf, overlay, selection.namespace)) {
    const key = relativeKey(object.namespace, object.name);
    if (key <= after) continue;
    if (next !== undefined) remaining++;
    else if (!matches || matches(object)) {
      objects.push(object);
      if (objects.length === limit) next = key;
    }
  }
  return { objects, next: remaining > 0 ? next : undefined, remaining };
}

/** The objects of one namespace or of all in key order, with the overlay's versions in place of today's. */
function* asOf(shelf: Shelf, overlay: ReadonlyMap<string, StoredObject | undefined>, namespace: string | undefined): Generator<StoredObject> {
  const revived = [...overlay.values()]
    .filter((object): object is StoredObject => object !== undefined && !shelf.get(object.namespace, object.name))
    .filter((object) => namespace === undefined || object.namespace === namespace)
    .map((object) => ({ key: relativeKey(object.namespace, object.name), object }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  let at = 0;
  for (const present of shelf.inOrder(namespace)) {
    const key = relativeKey(present.namespace, present.name);
    while (at < revived.length && revived[at]!.key < key) yield revived[at++]!.object;
    const then = overlay.has(key) ? overlay.get(key) : present;
    if (then) yield then;
  }
  while (at < revived.length) yield revived[at++]!.object;
}

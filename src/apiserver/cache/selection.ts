/** Whether a selection shows an object. */

import type { CachedObject, Selection } from "./watch-cache.ts";

/** @returns whether a selection shows an object */
export function inSelection({ namespace, name, matches }: Selection, object: CachedObject): boolean {
  return (namespace === undefined || namespace === object.namespace) && (name === undefined || name === object.name) && (!matches || matches(object));
}

/** The part of a selection beside its namespace; undefined where there is none. */
export function predicate({ name, matches }: Selection): ((object: CachedObject) => boolean) | undefined {
  if (name === undefined) return matches;
  return (object) => object.name === name && (!matches || matches(object));
}

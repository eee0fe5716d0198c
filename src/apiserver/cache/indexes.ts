/** Indexes of one kind's objects by a label's or a selectable field's value: built at the first use, kept, bounded in number. */

import type { StoredObject } from "./stored-object.ts";
import type { CachedObject } from "./watch-cache.ts";

/** One kind has at most so many; the one that wasn't used for longest goes. */
const INDEXES_MAX = 12;

/** @returns the value that an index of this name (`label:app`, `field:0`) files an object under; undefined leaves it out */
export function indexedValue(by: string, object: CachedObject): string | undefined {
  if (by.startsWith("label:")) {
    const key = by.slice("label:".length);
    return object.labels && Object.hasOwn(object.labels, key) ? object.labels[key] : undefined;
  }
  return object.fields[Number(by.slice("field:".length))];
}

export class Indexes {
  /** By name, in the order of last use. */
  readonly #byName = new Map<string, Map<string, Set<StoredObject>>>();

  /** @returns the objects under a value, in no order; `all` fills the index at its first use */
  find(by: string, value: string, all: () => Iterable<StoredObject>): ReadonlySet<StoredObject> {
    let index = this.#byName.get(by);
    if (index) this.#byName.delete(by);
    else {
      index = new Map();
      for (const object of all()) insert(index, indexedValue(by, object), object);
    }
    this.#byName.set(by, index);
    if (this.#byName.size > INDEXES_MAX) this.#byName.delete(this.#byName.keys().next().value!);
    return index.get(value) ?? NONE;
  }

  replace(previous: StoredObject | undefined, object: StoredObject | undefined): void {
    for (const [by, index] of this.#byName) {
      if (previous) remove(index, indexedValue(by, previous), previous);
      if (object) insert(index, indexedValue(by, object), object);
    }
  }
}

const NONE: ReadonlySet<StoredObject> = new Set();

function insert(index: Map<string, Set<StoredObject>>, value: string | undefined, object: StoredObject): void {
  if (value === undefined) return;
  const set = index.get(value);
  if (set) set.add(object);
  else index.set(value, new Set([object]));
}

function remove(index: Map<string, Set<StoredObject>>, value: string | undefined, object: StoredObject): void {
  if (value === undefined) return;
  const set = index.get(value);
  set?.delete(object);
  if (set?.size === 0) index.delete(value);
}

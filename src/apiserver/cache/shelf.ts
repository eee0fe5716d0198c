/** Objects by namespace and name, in key order: sorted once, then kept sorted by merging what came and dropping what went. */

import type { StoredObject } from "./stored-object.ts";

/** The objects of one namespace (or all of a cluster-scoped kind). */
class Row {
  readonly objects = new Map<string, StoredObject>();
  #names: string[] = [];
  /** Names that came since the last look, and those among both lists that went. */
  #came: string[] = [];
  readonly #went = new Set<string>();
  #all: readonly StoredObject[] | undefined;

  put(object: StoredObject): StoredObject | undefined {
    this.#all = undefined;
    const previous = this.objects.get(object.name);
    if (!previous && !this.#went.delete(object.name)) this.#came.push(object.name);
    this.objects.set(object.name, object);
    return previous;
  }

  delete(name: string): StoredObject | undefined {
    const previous = this.objects.get(name);
    if (!previous) return undefined;
    this.#all = undefined;
    this.objects.delete(name);
    this.#went.add(name);
    return previous;
  }

  /** @returns the objects in order: the same array until something changes, so that what is made of a list can be remembered by it */
  all(): readonly StoredObject[] {
    this.#all ??= this.ordered().map((name) => this.objects.get(name)!);
    return this.#all;
  }

  /** @returns the names in order; good until the next change */
  ordered(): readonly string[] {
    if (this.#came.length > 0 || this.#went.size > 0) {
      this.#names = mergeSorted(this.#names, this.#came.sort()).filter((name) => !this.#went.has(name));
      this.#came = [];
      this.#went.clear();
    }
    return this.#names;
  }
}

const NONE: readonly StoredObject[] = [];

export interface ShelfPage {
  readonly objects: StoredObject[];
  /** The relative key that the page ends with; undefined when nothing follows. */
  readonly next: string | undefined;
  /** How many objects follow, whatever the selection. */
  readonly remaining: number;
}

export class Shelf {
  readonly #rows = new Map<string, Row>();
  #namespaces: string[] | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): StoredObject | undefined {
    return this.#rows.get(namespace)?.objects.get(name);
  }

  /** @returns what stood there before */
  put(object: StoredObject): StoredObject | undefined {
    let row = this.#rows.get(object.namespace);
    if (!row) {
      row = new Row();
      this.#rows.set(object.namespace, row);
      this.#namespaces = undefined;
    }
    const previous = row.put(object);
    if (!previous) this.#size++;
    return previous;
  }

  /** @returns what stood there */
  delete(namespace: string, name: string): StoredObject | undefined {
    const row = this.#rows.get(namespace);
    const previous = row?.delete(name);
    if (!row || !previous) return undefined;
    this.#size--;
    if (row.objects.size === 0) {
      this.#rows.delete(namespace);
      this.#namespaces = undefined;
    }
    return previous;
  }

  /** How many objects a namespace has, or all have. */
  count(namespace: string | undefined): number {
    return namespace === undefined ? this.#size : (this.#rows.get(namespace)?.objects.size ?? 0);
  }

  /** Objects in key order, of one namespace or of all. */
  *inOrder(namespace: string | undefined): Generator<StoredObject> {
    for (const one of namespace === undefined ? this.#orderedNamespaces() : [namespace]) {
      const row = this.#rows.get(one);
      if (row) for (const name of row.ordered()) yield row.objects.get(name)!;
    }
  }

  /** As `inOrder`, all at once and those that match: the way of unpaged lists. A whole row is the same array until something in it changes. */
  collect(namespace: string | undefined, matches: ((object: StoredObject) => boolean) | undefined): readonly StoredObject[] {
    const namespaces = namespace === undefined ? this.#orderedNamespaces() : [namespace];
    const found = namespaces.length === 1 ? (this.#rows.get(namespaces[0]!)?.all() ?? NONE) : namespaces.flatMap((one) => this.#rows.get(one)?.all() ?? NONE);
    return matches ? found.filter(matches) : found;
  }

  /** At most `limit` matching objects that follow a relative key, found without walking through what comes before it or counting what comes after. */
  page(namespace: string | undefined, after: string, matches: ((object: StoredObject) => boolean) | undefined, limit: number): ShelfPage {
    const objects: StoredObject[] = [];
    let last: string | undefined;
    let remaining = 0;
    for (const one of namespace === undefined ? this.#orderedNamespaces() : [namespace]) {
      const row = this.#rows.get(one);
      if (!row) continue;
      const names = row.ordered();
      const prefix = one ? `${one}/` : "";
      let at = 0;
      if (after.startsWith(prefix)) at = indexAfter(names, after.slice(prefix.length));
      else if (prefix < after) continue;
      for (; at < names.length && objects.length < limit; at++) {
        const object = row.objects.get(names[at]!)!;
        if (matches && !matches(object)) continue;
        objects.push(object);
        if (objects.length === limit) last = prefix + names[at]!;
      }
      remaining += names.length - at;
    }
    return { objects, next: remaining > 0 ? last : undefined, remaining };
  }

  /** Namespaces in the order of keys, where a slash follows each: `a-b` comes before `a`. */
  #orderedNamespaces(): readonly string[] {
    this.#namespaces ??= [...this.#rows.keys()].sort((a, b) => (`${a}/` < `${b}/` ? -1 : 1));
    return this.#namespaces;
  }
}

function mergeSorted(left: readonly string[], right: readonly string[]): string[] {
  if (left.length === 0) return [...right];
  const merged: string[] = [];
  let l = 0;
  for (const name of right) {
    while (l < left.length && left[l]! < name) merged.push(left[l++]!);
    merged.push(name);
  }
  while (l < left.length) merged.push(left[l++]!);
  return merged;
}

/** @returns the index of the first name above `after` */
function indexAfter(names: readonly string[], after: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (names[middle]! <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Merging the elements of one list in a strategic merge patch, and the order they end up in. */

import { asGoPrints, isObject, type Plain, shallow } from "../plain.ts";
import { doesNotFit, unclassified } from "./failures.ts";

const DIRECTIVE = "$patch";

/** How a list merges, from its field in the schema. */
export interface ElementMerge {
  /** `merge`, `replace` or empty. */
  readonly strategy: string;
  /** The member that tells elements apart; empty for lists of scalars. */
  readonly key: string;
  merge(live: Plain, patch: Plain): Plain;
}

/** @returns the merged list: elements of the patch in the patch's order, the others in the live order, interleaved by the live order where it knows both */
export function elementsMerge(live: readonly unknown[], patch: readonly unknown[], merge: ElementMerge): unknown[] {
  if (live.length === 0 && patch.length === 0) return live as unknown[];
  if (!elementsAreObjects(live, patch)) return byElementOrder([...new Set([...live, ...patch])], patch, live, "");
  if (merge.key === "") throw unclassified("cannot merge lists without merge key for struct");
  const plain: Plain[] = [];
  let remaining = live as readonly Plain[];
  const deleted = new Set<unknown>();
  let replace = false;
  for (const item of patch as readonly Plain[]) {
    if (!Object.hasOwn(item, DIRECTIVE)) plain.push(item);
    else if (item[DIRECTIVE] === "delete") deleted.add(keyOf(item, merge.key));
    else if (item[DIRECTIVE] === "replace") replace = true;
    else if (item[DIRECTIVE] === "merge") throw unclassified("merging lists cannot yet be specified in the patch");
    else throw unclassified(`unknown patch type: ${asGoPrints(item[DIRECTIVE])} in map: ${asGoPrints(item)}`);
  }
  if (replace) return plain;
  if (deleted.size > 0) remaining = remaining.filter((item) => !deleted.has(item[merge.key]));
  const merged = remaining.slice();
  const positions = firstPositions(remaining, merge.key);
  for (const item of plain) {
    const key = keyOf(item, merge.key);
    const at = positions.get(key);
    if (at === undefined) {
      positions.set(key, merged.length);
      merged.push(item);
    } else {
      merged[at] = merge.merge(merged[at] as Plain, item);
    }
  }
  return byElementOrder(merged, plain, remaining, merge.key);
}

/**
 * @param order elements (or objects with their merge key) whose order wins
 * @param live the live list, whose order the elements that `order` doesn't name keep
 */
export function byElementOrder(merged: readonly unknown[], order: readonly unknown[], live: readonly unknown[], key: string): unknown[] {
  const wanted = firstPositions(order, key);
  const were = firstPositions(live, key);
  const read = (item: unknown): unknown => (key === "" ? item : keyOf(item as Plain, key));
  const named: unknown[] = [];
  const others: unknown[] = [];
  for (const item of merged) (wanted.has(read(item)) ? named : others).push(item);
  const by = (positions: Map<unknown, number>) => (a: unknown, b: unknown) => (positions.get(read(a)) ?? -1) - (positions.get(read(b)) ?? -1);
  named.sort(by(wanted));
  others.sort(by(were));
  const result: unknown[] = [];
  let next = 0;
  for (const item of named) {
    // An element that the order doesn't name goes before the first named one that the live list has after it.
    const position = were.get(read(item));
    while (position !== undefined && next < others.length && (were.get(read(others[next])) ?? Number.POSITIVE_INFINITY) < position) result.push(others[next++]);
    result.push(item);
  }
  while (next < others.length) result.push(others[next++]);
  return result;
}

function firstPositions(list: readonly unknown[], key: string): Map<unknown, number> {
  const positions = new Map<unknown, number>();
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    const value = key === "" ? item : isObject(item) ? item[key] : undefined;
    if (!positions.has(value)) positions.set(value, i);
  }
  return positions;
}

function keyOf(item: Plain, key: string): unknown {
  if (!Object.hasOwn(item, key)) throw unclassified(`map: ${asGoPrints(shallow(item))} does not contain declared merge key: ${key}`);
  return item[key];
}

/** All elements of both lists must be of one sort. */
function elementsAreObjects(live: readonly unknown[], patch: readonly unknown[]): boolean {
  const first = live.length > 0 ? live[0] : patch[0];
  const sort = sortOf(first);
  if (sort === "list") throw doesNotFit("lists of lists are not supported");
  for (const list of [live, patch]) {
    for (const item of list)
      if (item === null || sortOf(item) !== sort) throw unclassified(`list element types are not identical: ${asGoPrints([live, patch])}`);
  }
  return sort === "object";
}

function sortOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  return isObject(value) ? "object" : typeof value === "bigint" ? "number" : typeof value;
}

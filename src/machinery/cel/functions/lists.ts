/** Functions of lists and sets. [cel-go ext/lists.go version 3, ext/sets.go; Kubernetes' apiserver pkg/cel/library/lists.go] */

import { compare, contains, equal } from "../values/compare.ts";
import { CelError, CelList, Duration, isError, nameOfType, Uint, type Value, ValueList } from "../values/value.ts";
import { arithmetic } from "./arithmetic.ts";
import { member, type Overload, plain } from "./overload.ts";

const COMPARABLE = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];
const RANGE_MAX = 1_000_000n;
/** How cel-go calls the types in the names of its overloads. */
const longName = (type: string): string => (type === "duration" ? "google.protobuf.Duration" : type === "timestamp" ? "google.protobuf.Timestamp" : type);

function isSorted(list: CelList): Value {
  for (let i = 1; i < list.size; i++) {
    const order = compare(list.get(i - 1), list.get(i));
    if (isError(order)) return order;
    if (order > 0) return false;
  }
  return true;
}

const ZERO: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["int", 0n],
  ["uint", new Uint(0n)],
  ["double", 0],
  ["duration", new Duration(0n)],
]);

function sum(type: string): (list: CelList) => Value {
  const add = arithmetic.find(({ name, args }) => name === "_+_" && args.every(({ kind }) => kind === type))!;
  return (list) => {
    let total: Value = ZERO.get(type) ?? null;
    for (const item of list) {
      if (nameOfType(item) !== nameOfType(total)) return new CelError("no such overload");
      total = add.call(total, item);
      if (isError(total)) return total;
    }
    return total;
  };
}

/** The least or the greatest item: the first of those that are equal. */
function extreme(name: string, sign: number): (list: CelList) => Value {
  return (list) => {
    let best: Value | undefined;
    for (const item of list) {
      const order = best === undefined ? -1 : compare(item, best);
      if (isError(order)) return order;
      if (best === undefined || order * sign > 0) best = item;
    }
    return best ?? new CelError(`${name} called on empty list`);
  };
}

function indexOf(list: CelList, item: Value): Value {
  for (let i = 0; i < list.size; i++) if (equal(list.get(i), item) === true) return BigInt(i);
  return -1n;
}

function lastIndexOf(list: CelList, item: Value): Value {
  for (let i = list.size - 1; i >= 0; i--) if (equal(list.get(i), item) === true) return BigInt(i);
  return -1n;
}

function slice(list: CelList, start: bigint, end: bigint): Value {
  const what = `cannot slice(${start}, ${end})`;
  if (start < 0n || end < 0n) return new CelError(`${what}, negative indexes not supported`);
  if (start > end) return new CelError(`${what}, start index must be less than or equal to end index`);
  if (BigInt(list.size) < end) return new CelError(`${what}, list is length ${list.size}`);
  return new ValueList(Array.from({ length: Number(end - start) }, (_, i) => list.get(Number(start) + i)));
}

function flatten(list: CelList, depth = 1n): Value {
  if (depth < 0n) return new CelError("level must be non-negative");
  const items: Value[] = [];
  const walk = (part: CelList, left: bigint): void => {
    for (const item of part) {
      if (item instanceof CelList && left > 0n) walk(item, left - 1n);
      else items.push(item);
    }
  };
  walk(list, depth);
  return new ValueList(items);
}

function sortByKeys(list: CelList, keys: CelList): Value {
  if (list.size !== keys.size) {
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`,
    );
  }
  const pairs = Array.from({ length: list.size }, (_, i) => [keys.get(i), list.get(i)] as const);
  const type = pairs[0] ? nameOfType(pairs[0][0]) : "";
  if (pairs.some(([key]) => nameOfType(key) !== type)) return new CelError("list elements must have the same type");
  const first = pairs[0] && compare(pairs[0][0], pairs[0][0]);
  if (first !== undefined && isError(first)) return new CelError("list elements must be comparable");
  pairs.sort(([a], [b]) => {
    const order = compare(a, b);
    return isError(order) ? 0 : order;
  });
  return new ValueList(pairs.map(([, item]) => item));
}

function range(count: bigint): Value {
  if (count < 0n) return new CelError(`lists.range: size must be non-negative, got ${count}`);
  if (count > RANGE_MAX) return new CelError(`lists.range: size ${count} exceeds maximum allowed (${RANGE_MAX})`);
  return new ValueList(Array.from({ length: Number(count) }, (_, i) => BigInt(i)));
}

function distinct(list: CelList): Value {
  const kept: Value[] = [];
  for (const item of list) if (!kept.some((one) => equal(item, one) === true)) kept.push(item);
  return new ValueList(kept);
}

/** Whether each of the second list's items is in the first. */
function includesAll(list: CelList, part: CelList): Value {
  for (const item of part) {
    const found = contains(list, item);
    if (found !== true) return found;
  }
  return true;
}

function equivalent(a: CelList, b: CelList): Value {
  const found = includesAll(a, b);
  return found === true ? includesAll(b, a) : found;
}

const includes = (target: Value, item: Value): Value => (target instanceof CelList ? contains(target, item) === true : equal(target, item) === true);
const reversed = (list: CelList): Value => new ValueList(Array.from(list).reverse());

export const lists: readonly Overload[] = [
  ...COMPARABLE.flatMap((type) => [
    member("isSorted", `list_${type}_is_sorted_bool`, [`list(${type})`], "bool", isSorted),
    member("max", `list_${type}_max_${type}`, [`list(${type})`], type, extreme("max", 1)),
    member("min", `list_${type}_min_${type}`, [`list(${type})`], type, extreme("min", -1)),
    member("sort", `list_${longName(type)}_sort`, [`list(${type})`], `list(${type})`, (list: CelList) => sortByKeys(list, list)),
    member("@sortByAssociatedKeys", `list_${longName(type)}_sortByAssociatedKeys`, ["list(T)", `list(${type})`], "list(T)", sortByKeys),
  ]),
  ...[...ZERO.keys()].map((type) => member("sum", `list_${type}_sum_${type}`, [`list(${type})`], type, sum(type))),
  member("indexOf", "list_a_index_of_int", ["list(A)", "A"], "int", indexOf),
  member("lastIndexOf", "list_a_last_index_of_int", ["list(A)", "A"], "int", lastIndexOf),
  member("includes", "list_includes_dyn_dyn", ["dyn", "dyn"], "bool", includes),
  member("slice", "list_slice", ["list(T)", "int", "int"], "list(T)", slice),
  member("flatten", "list_flatten", ["list(list(T))"], "list(T)", (list: CelList) => flatten(list)),
  member("flatten", "list_flatten_int", ["list(dyn)", "int"], "list(dyn)", flatten),
  plain("lists.range", "lists_range", ["int"], "list(int)", range),
  member("reverse", "list_reverse", ["list(T)"], "list(T)", reversed),
  member("distinct", "list_distinct", ["list(T)"], "list(T)", distinct),
  plain("sets.contains", "list_sets_contains_list", ["list(T)", "list(T)"], "bool", includesAll),
  plain("sets.equivalent", "list_sets_equivalent_list", ["list(T)", "list(T)"], "bool", equivalent),
  plain("sets.intersects", "list_sets_intersects_list", ["list(T)", "list(T)"], "bool", (a: CelList, b: CelList) =>
    Array.from(a).some((item) => contains(b, item) === true),
  ),
];

/** What a call costs when it is made, in Kubernetes' units. [Kubernetes' apiserver pkg/cel/library/cost.go; cel-go interpreter/runtimecost.go, ext/lists.go] */

import { addressSize } from "../functions/addresses.ts";
import type { Format } from "../functions/formats.ts";
import { CelList, CelMap, Opaque, Optional, sizeOf, type Value } from "../values/value.ts";

/** Per character that is looked at. */
export const TRAVERSAL = 0.1;
/** Per character of a pattern: each of its parts is taken for four. */
export const REGEX = 0.25;
export const LIST_COST = 10;
export const MAP_COST = 30;
export const OBJECT_COST = 40;
/** Two of these fit the limit of one expression. */
export const AUTHORIZATION_COST = 350_000;

/** How large a value counts as; 1 for what has no size. */
export function costSize(value: Value | undefined): number {
  if (value === undefined) return 1;
  if (value instanceof Optional) return value.value === undefined ? 1 : costSize(value.value);
  if (value instanceof Opaque) return addressSize(value) ?? 1;
  return sizeOf(value) ?? 1;
}

const scan = (value: Value | undefined, factor = TRAVERSAL): number => Math.ceil(costSize(value) * factor);
const pattern = (text: Value | undefined, regexSize: number): number => Math.ceil((1 + costSize(text)) * TRAVERSAL) * Math.ceil(regexSize * REGEX);
const bytesOf = (text: string): number => Buffer.byteLength(text);

/** A walk through all of a value. */
function traversal(value: Value): number {
  if (typeof value === "string") return Math.floor(bytesOf(value) * TRAVERSAL);
  if (value instanceof Uint8Array) return Math.floor(value.length * TRAVERSAL);
  let cost = 0;
  if (value instanceof CelList) for (const item of value) cost += traversal(item);
  else if (value instanceof CelMap) for (const key of value.keys()) cost += traversal(key) + traversal(value.find(key) ?? null);
  else cost = 1;
  return cost;
}

type Cost = (args: readonly Value[], result: Value, id: string) => number;

/** The cost of what looks at none of its arguments' parts. */
export const nothingMore: Cost = () => 1;
const walk: Cost = ([list]) => (list === undefined ? 0 : traversal(list));
const first: Cost = ([value]) => scan(value);
const twice: Cost = ([value]) => scan(value, 2 * TRAVERSAL);
const selector: Cost = ([, text]) => LIST_COST + scan(text) + Math.ceil(Math.ceil(costSize(text) * 0.5) * (LIST_COST + OBJECT_COST));

/** Functions whose costs go by their names, whatever the overload. */
const BY_NAME: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ["check", () => AUTHORIZATION_COST],
  ["fieldSelector", selector],
  ["labelSelector", selector],
  ...["isSorted", "sum", "max", "min", "indexOf", "lastIndexOf", "includes"].map((name) => [name, walk] as const),
  ...["url", "lowerAscii", "upperAscii", "substring", "trim", "jsonpatch.escapeKey", "cidr", "isIP", "isCIDR"].map((name) => [name, first] as const),
  ...["quantity", "isQuantity", "semver", "isSemver"].map((name) => [name, first] as const),
  ["replace", twice],
  ["split", twice],
  ["ip.isCanonical", twice],
  ["join", (_, result) => scan(result, 2 * TRAVERSAL)],
  ["find", ([text, regex]) => pattern(text, costSize(regex))],
  ["findAll", ([text, regex]) => pattern(text, costSize(regex))],
  ["ip", ([value], _, id) => (id === "cidr_ip" ? 1 : scan(value))],
  ["containsIP", ([range, other], _, id) => scan(range, 2 * TRAVERSAL) + (id === "cidr_contains_ip_string" ? scan(other) : 0)],
  ["containsCIDR", ([range, other], _, id) => scan(range, 2 * TRAVERSAL) + scan(range) + 1 + (id === "cidr_contains_cidr_string" ? scan(other) : 0)],
  ["validate", ([format, text]) => pattern(text, ((format as Opaque).value as Format).size)],
]);

const lesser: Cost = ([a, b]) => Math.ceil(Math.min(costSize(a), costSize(b)) * TRAVERSAL);
const sum: Cost = ([a, b]) => Math.ceil((costSize(a) + costSize(b)) * TRAVERSAL);
const second: Cost = ([, value]) => scan(value);
const matches: Cost = ([text, regex]) => pattern(text, costSize(regex));
const allocated = (factor: number, size: number): number => Math.floor(size * factor) + 1 + LIST_COST;
const output: Cost = (_, result) => allocated(1, costSize(result));
const sets =
  (factor: number): Cost =>
  ([a, b]) =>
    1 + costSize(a) * costSize(b) * factor;
/** Each item is held against each other. */
const pairs = (list: Value | undefined): number => {
  const size = costSize(list);
  const item = list instanceof CelList && list.size > 0 ? list.get(0) : undefined;
  return allocated(typeof item === "string" || item instanceof Uint8Array ? 2 + TRAVERSAL : 2, size * size);
};

const BY_OVERLOAD: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ["starts_with_string", second],
  ["ends_with_string", second],
  ["string_to_bytes", first],
  ["bytes_to_string", first],
  ["strings_quote", first],
  ["string_format", first],
  ["in_list", ([, list]) => costSize(list)],
  ...["less", "less_equals", "greater", "greater_equals"].flatMap((name) => [[`${name}_string`, lesser] as const, [`${name}_bytes`, lesser] as const]),
  ["equals", ([a, b]) => (a instanceof Opaque ? 1 : Math.ceil(Math.min(costSize(a), costSize(b)) * TRAVERSAL))],
  ["not_equals", lesser],
  ["add_string", sum],
  ["add_bytes", sum],
  ["matches", matches],
  ["matches_string", matches],
  ["contains_string", ([text, part]) => scan(text) * scan(part)],
  ["list_slice", output],
  ["lists_range", output],
  ["list_reverse", output],
  ["list_flatten", ([list]) => allocated(1, costSize(list))],
  ["list_flatten_int", ([list, depth]) => allocated(typeof depth === "bigint" && depth >= 0n ? Number(depth) : 1, costSize(list))],
  ["list_distinct", ([list]) => pairs(list)],
  ...["sets_contains", "sets_intersects"].map((name) => [`list_${name}_list`, sets(1)] as const),
  ["list_sets_equivalent_list", sets(2)],
]);

/** @param id the overload, empty where the types leave several. @returns how to count what each call costs */
export function callCost(name: string, id: string): Cost {
  if (id.endsWith("_sort")) return ([list]) => pairs(list);
  if (id.endsWith("_sortByAssociatedKeys")) return ([, keys]) => pairs(keys);
  return BY_OVERLOAD.get(id) ?? BY_NAME.get(name) ?? nothingMore;
}

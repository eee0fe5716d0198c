/** Comparison, membership, indexing and logic. Some are also built into the plan, which knows when not to evaluate an argument. */

import { compare, contains, equal } from "../values/compare.ts";
import { CelError, type CelList, CelMap, isError, keyText, nameOfType, noSuchOverload, Optional, sizeOf, Uint, type Value } from "../values/value.ts";
import { member, type Overload, plain } from "./overload.ts";

/** Pairs that have an order, with what cel-go calls their overloads. */
const ORDERED: readonly (readonly [string, string, string])[] = [
  ["bool", "bool", "bool"],
  ["int", "int", "int64"],
  ["int", "double", "int64_double"],
  ["int", "uint", "int64_uint64"],
  ["uint", "uint", "uint64"],
  ["uint", "double", "uint64_double"],
  ["uint", "int", "uint64_int64"],
  ["double", "double", "double"],
  ["double", "int", "double_int64"],
  ["double", "uint", "double_uint64"],
  ["string", "string", "string"],
  ["bytes", "bytes", "bytes"],
  ["timestamp", "timestamp", "timestamp"],
  ["duration", "duration", "duration"],
];

function ordered(name: string, id: string, holds: (order: number) => boolean): Overload[] {
  const call = (a: Value, b: Value): Value => {
    const order = compare(a, b);
    return typeof order === "number" ? holds(order) : order;
  };
  return ORDERED.map(([left, right, suffix]) => plain(name, `${id}_${suffix}`, [left, right], "bool", call));
}

/** The item of a list or the value of a map; an error where there is none. */
export function index(container: Value, key: Value): Value {
  const found = find(container, key);
  if (found !== undefined) return found;
  if (container instanceof CelMap) return new CelError(`no such key: ${keyShown(key)}`);
  return new CelError(`index out of bounds: ${keyShown(key)}`);
}

/** As `index`, undefined where there is none. */
export function find(container: Value, key: Value): Value | undefined {
  if (isError(container)) return container;
  if (container instanceof CelMap) return keyText(key) === undefined ? new CelError(`unsupported key type: ${typeof key}`) : container.find(key);
  if (!isList(container)) return noSuchOverload();
  if (typeof key === "string" || typeof key === "boolean" || (typeof key === "object" && !(key instanceof Uint))) {
    return new CelError(`unsupported index type '${nameOfType(key)}' in list`);
  }
  const position = key instanceof Uint ? Number(key.value) : typeof key === "bigint" ? Number(key) : key;
  if (typeof position !== "number" || !Number.isInteger(position)) return new CelError(`unsupported index value: ${keyShown(key)}`);
  return position >= 0 && position < container.size ? container.get(position) : undefined;
}

const isList = (value: Value): value is CelList => typeof value === "object" && value !== null && "get" in value && "size" in value;

function keyShown(key: Value): string {
  return key instanceof Uint ? String(key.value) : String(key);
}

function inMap(key: Value, map: CelMap): Value {
  const found = map.find(key);
  return found !== undefined && isError(found) ? found : found !== undefined;
}

const size = (value: Value): Value => BigInt(sizeOf(value) ?? 0);
/** The plan evaluates these itself; their overloads are here for the checker. */
const planned = (): Value => noSuchOverload();

export const operators: readonly Overload[] = [
  plain("_?_:_", "conditional", ["bool", "A", "A"], "A", planned),
  plain("_&&_", "logical_and", ["bool", "bool"], "bool", planned),
  plain("_||_", "logical_or", ["bool", "bool"], "bool", planned),
  plain("!_", "logical_not", ["bool"], "bool", (value: boolean) => !value),
  plain("@not_strictly_false", "not_strictly_false", ["bool"], "bool", planned),
  plain("_==_", "equals", ["A", "A"], "bool", equal),
  plain("_!=_", "not_equals", ["A", "A"], "bool", planned),
  ...ordered("_<_", "less", (order) => order < 0),
  ...ordered("_<=_", "less_equals", (order) => order <= 0),
  ...ordered("_>_", "greater", (order) => order > 0),
  ...ordered("_>=_", "greater_equals", (order) => order >= 0),
  plain("_[_]", "index_list", ["list(A)", "int"], "A", planned),
  plain("_[_]", "index_map", ["map(A, B)", "A"], "B", planned),
  plain("_[_]", "optional_list_index_int", ["optional_type(list(A))", "int"], "optional_type(A)", planned),
  plain("_[_]", "optional_map_index_value", ["optional_type(map(A, B))", "A"], "optional_type(B)", planned),
  plain("_[?_]", "list_optindex_optional_int", ["list(A)", "int"], "optional_type(A)", planned),
  plain("_[?_]", "optional_list_optindex_optional_int", ["optional_type(list(A))", "int"], "optional_type(A)", planned),
  plain("_[?_]", "map_optindex_optional_value", ["map(A, B)", "A"], "optional_type(B)", planned),
  plain("_[?_]", "optional_map_optindex_optional_value", ["optional_type(map(A, B))", "A"], "optional_type(B)", planned),
  plain("_?._", "select_optional_field", ["dyn", "string"], "optional_type(V)", planned),
  plain("@in", "in_list", ["A", "list(A)"], "bool", (item: Value, list: CelList) => contains(list, item)),
  plain("@in", "in_map", ["A", "map(A, B)"], "bool", inMap),
  ...["bytes", "list(A)", "map(A, B)", "string"].flatMap((type) => {
    const name = type.replace(/\(.*/, "");
    return [plain("size", `size_${name}`, [type], "int", size), member("size", `${name}_size`, [type], "int", size)];
  }),
];

/** What `a.?b` and `a[?b]` are. */
export function findOptional(container: Value, key: Value): Value {
  if (container instanceof Optional) return container.value === undefined ? Optional.none : findOptional(container.value, key);
  if (container === null || typeof container !== "object") return isError(container) ? container : Optional.none;
  const found = find(container, key);
  if (found === undefined) return Optional.none;
  return isError(found) ? found : new Optional(found);
}

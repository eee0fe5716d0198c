/** Values that may be absent, and maps that folds build. [cel-go cel/library.go, ext/comprehensions.go] */

import { goQuote } from "../../go-quote.ts";
import { isZero } from "../values/compare.ts";
import { CelError, type CelList, type CelMap, GrowingMap, Optional, type Value, ValueList } from "../values/value.ts";
import { member, type Overload, plain } from "./overload.ts";

/** What a fold over entries adds to the map it builds; a key that is there already is an error. */
function insert(map: CelMap, key: Value, value: Value): Value {
  if (!(map instanceof GrowingMap)) return new CelError("no such overload");
  if (map.find(key) !== undefined) return new CelError(`insert failed: key ${typeof key === "string" ? key : String(key)} already exists`);
  map.set(key, value);
  return map;
}

function insertAll(map: CelMap, entries: CelMap): Value {
  for (const key of entries.keys()) {
    const result = insert(map, key, entries.find(key) ?? null);
    if (result instanceof CelError) return result;
  }
  return map;
}

function present(list: CelList): Value {
  const values: Value[] = [];
  for (const item of list) {
    if (!(item instanceof Optional)) return new CelError(`value ${goQuote(String(item))} is not optional`);
    if (item.value !== undefined) values.push(item.value);
  }
  return new ValueList(values);
}

const or = (): Value => new CelError("no such overload");

export const optionals: readonly Overload[] = [
  plain("optional.of", "optional_of", ["V"], "optional_type(V)", (value: Value) => new Optional(value)),
  plain("optional.ofNonZeroValue", "optional_ofNonZeroValue", ["V"], "optional_type(V)", (value: Value) =>
    isZero(value) ? Optional.none : new Optional(value),
  ),
  plain("optional.none", "optional_none", [], "optional_type(V)", () => Optional.none),
  member(
    "value",
    "optional_value",
    ["optional_type(V)"],
    "V",
    ({ value }: Optional) => value ?? (value === null ? null : new CelError("optional.none() dereference")),
  ),
  member("hasValue", "optional_hasValue", ["optional_type(V)"], "bool", ({ value }: Optional) => value !== undefined),
  // The plan evaluates these two, because the second argument only counts without the first.
  member("or", "optional_or_optional", ["optional_type(V)", "optional_type(V)"], "optional_type(V)", or),
  member("orValue", "optional_orValue_value", ["optional_type(V)", "V"], "V", or),
  member("first", "list_first", ["list(V)"], "optional_type(V)", (list: CelList) => (list.size === 0 ? Optional.none : new Optional(list.get(0)))),
  member("last", "list_last", ["list(V)"], "optional_type(V)", (list: CelList) => (list.size === 0 ? Optional.none : new Optional(list.get(list.size - 1)))),
  plain("optional.unwrap", "optional_unwrap", ["list(optional_type(V))"], "list(V)", present),
  member("unwrapOpt", "optional_unwrapOpt", ["list(optional_type(V))"], "list(V)", present),
  plain("cel.@mapInsert", "@mapInsert_map_key_value", ["map(K, V)", "K", "V"], "map(K, V)", insert),
  plain("cel.@mapInsert", "@mapInsert_map_map", ["map(K, V)", "map(K, V)"], "map(K, V)", insertAll),
];

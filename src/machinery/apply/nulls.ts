/** The nulls of what was applied: of a field they say that it isn't set; in a map they are values, which the decoder takes for zero. */

import { withoutNulls } from "../patch/merge-patch.ts";
import { isObject, type Plain, put, shallow } from "../plain.ts";
import type { Type } from "./types.ts";

/** @returns the value without null fields; itself where it has none */
export function withoutNullFields(type: Type, value: unknown): unknown {
  if (Array.isArray(value)) return itemsOf(type, value);
  if (!isObject(value)) return value;
  if (type.kind === "atomic") return type.inside ? withoutNullFields(type.inside, value) : value;
  if (type.kind !== "struct" && type.kind !== "map") return withoutNulls(value);
  let result: Plain = value;
  for (const key of Object.keys(value)) {
    const member = value[key];
    const below = type.kind === "map" ? type.values : type.field(key)?.type;
    const cleaned = below ? withoutNullFields(below, member) : member;
    if (cleaned === member && (member !== null || type.kind === "map")) continue;
    if (result === value) result = shallow(value);
    if (member === null) delete result[key];
    else put(result, key, cleaned);
  }
  return result;
}

function itemsOf(type: Type, list: readonly unknown[]): readonly unknown[] {
  const below = type.kind === "keyed" ? type.items : type.kind === "atomic" ? type.inside : undefined;
  if (!below) return list;
  const items = list.map((item) => withoutNullFields(below, item));
  return items.some((item, i) => item !== list[i]) ? items : list;
}

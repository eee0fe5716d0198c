/** An object without the fields of a set (structured-merge-diff typed/remove.go). */

import { isObject, type Plain, put, shallow } from "../plain.ts";
import { type FieldSet, holds, isEmpty, under } from "./set.ts";
import { ANY, itemElement, type KeyedType, type SetType, type Type } from "./types.ts";

/** @returns the value without what is in the set; null for a container that lost everything, which is then still there; the value itself when nothing goes */
export function removeItems(type: Type, value: unknown, set: FieldSet): unknown {
  if (isEmpty(set)) return value;
  if (type.kind === "leaf") return value;
  if (type.kind === "atomic") return null;
  if (type.kind === "set" || type.kind === "keyed") return Array.isArray(value) ? removeFromList(type, value, set) : value;
  return isObject(value) ? removeFromObject(type, value, set) : value;
}

function removeFromObject(type: Exclude<Type, { kind: "leaf" | "atomic" | "set" | "keyed" }>, value: Plain, set: FieldSet): unknown {
  let result = value;
  for (const key in value) {
    const element = `f:${key}`;
    const subset = under(set, element);
    if (subset === undefined) continue;
    if (holds(set, element)) {
      if (result === value) result = shallow(value);
      delete result[key];
      continue;
    }
    const field = type.kind === "struct" ? type.field(key) : undefined;
    const kept = removeItems(field?.type ?? (type.kind === "map" ? type.values : ANY), value[key], subset);
    if (kept === value[key]) continue;
    if (result === value) result = shallow(value);
    put(result, key, kept);
  }
  if (result === value) return value;
  for (const _ in result) return result;
  return null;
}

function removeFromList(type: SetType | KeyedType, value: readonly unknown[], set: FieldSet): unknown {
  let changed = false;
  const kept: unknown[] = [];
  for (const item of value) {
    const element = itemElement(type, item);
    const subset = under(set, element);
    if (subset === undefined) kept.push(item);
    else if (holds(set, element)) changed = true;
    else {
      const rest = removeItems(type.kind === "keyed" ? type.items : ANY, item, subset);
      changed ||= rest !== item;
      kept.push(rest);
    }
  }
  if (!changed) return value;
  return kept.length > 0 ? kept : null;
}

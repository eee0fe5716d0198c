/** The field set of what somebody applies: every field that the document names (structured-merge-diff typed/tofieldset.go). */

import { isObject, type Plain } from "../plain.ts";
import type { Element } from "./element.ts";
import { type FieldSet, holds, insert, union } from "./set.ts";
import { ANY, itemElement, type KeyedType, type SetType, type Type } from "./types.ts";

/** @returns the paths of the leaves, of list items and of the entries of maps; structs count only where they are empty */
export function extract(type: Type, object: Plain): FieldSet {
  const set: FieldSet = {};
  visit(type, object, [], set);
  return union({}, set);
}

function visit(type: Type, value: unknown, path: Element[], set: FieldSet): void {
  if (type.kind === "leaf" || type.kind === "atomic") {
    insert(set, path);
  } else if (type.kind === "set" || type.kind === "keyed") {
    if (Array.isArray(value)) visitItems(type, value, path, set);
  } else if (isObject(value)) {
    for (const key in value) {
      const field = type.kind === "struct" ? type.field(key) : undefined;
      if (type.kind === "struct" && field === undefined) continue;
      const member = value[key];
      if (member === undefined) continue;
      path.push(`f:${key}`);
      visit(field?.type ?? (type.kind === "map" ? type.values : ANY), member, path, set);
      if (field === undefined || member === null || isVoid(member)) insert(set, path);
      path.pop();
    }
  } else if (type.kind === "any") {
    insert(set, path);
  }
}

function visitItems(type: SetType | KeyedType, list: readonly unknown[], path: Element[], set: FieldSet): void {
  const elements = list.map((item) => itemElement(type, item));
  const counts = new Map<Element, number>();
  for (const element of elements) counts.set(element, (counts.get(element) ?? 0) + 1);
  for (const [i, element] of elements.entries()) {
    path.push(element);
    if (type.kind === "keyed" && counts.get(element) === 1) visit(type.items, list[i], path, set);
    insert(set, path);
    path.pop();
  }
}

function isVoid(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}

/** @returns the set with every declared field on the way to its paths: `a.b.c` also holds `a` where that is a struct's field */
export function withNamedFields(set: FieldSet, type: Type): FieldSet {
  const result: Record<Element, FieldSet> = {};
  for (const element in set) {
    const below = set[element] as FieldSet;
    if (element === ".") {
      result[element] = below;
      continue;
    }
    const field = type.kind === "struct" && element.startsWith("f:") ? type.field(element.slice(2)) : undefined;
    const named = withNamedFields(below, field?.type ?? childType(type));
    result[element] = field !== undefined && !holds(set, element) ? { ".": {}, ...named } : named;
  }
  return result;
}

function childType(type: Type): Type {
  if (type.kind === "map") return type.values;
  return type.kind === "keyed" ? type.items : ANY;
}

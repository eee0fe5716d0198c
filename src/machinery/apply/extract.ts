/** The field set of what somebody applies: every field that the document names (structured-merge-diff typed/tofieldset.go). */

import { isObject, type Plain } from "../plain.ts";
import { type Element, sortElements } from "./element.ts";
import { type FieldSet, holds, LEAF, NOTHING } from "./set.ts";
import { ANY, fieldsOf, itemElement, type KeyedType, type SetType, type Type } from "./types.ts";

/** @returns the paths of the leaves, of list items and of the entries of maps; structs count only where they are empty */
export function extract(type: Type, object: Plain): FieldSet {
  return below(type, object, false) ?? NOTHING;
}

/** @param self whether the value itself is in the set. @returns its node; undefined where neither it nor anything below is in the set */
function below(type: Type, value: unknown, self: boolean): FieldSet | undefined {
  if (type.kind === "leaf" || type.kind === "atomic") return LEAF;
  const isList = type.kind === "set" || type.kind === "keyed";
  if (isList ? !Array.isArray(value) : !isObject(value)) return self || type.kind === "any" ? LEAF : undefined;
  const node: Record<Element, FieldSet> = {};
  if (self) node["."] = LEAF;
  if (isList) items(type, value as readonly unknown[], node);
  else members(type, value as Plain, node);
  for (const element in node) if (element !== ".") return node;
  return self ? LEAF : undefined;
}

function members(type: Exclude<Type, { kind: "leaf" | "atomic" | "set" | "keyed" }>, value: Plain, node: Record<Element, FieldSet>): void {
  if (type.kind === "struct") {
    for (const field of fieldsOf(type, value)) {
      const member = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
      if (member === undefined) continue;
      const found = below(field.type, member, member === null || isVoid(member) || field.undeclared === true);
      if (found !== undefined) node[field.element] = found;
    }
    return;
  }
  const values = type.kind === "map" ? type.values : ANY;
  for (const element of sortElements(Object.keys(value).map((key) => `f:${key}`))) node[element] = below(values, value[element.slice(2)], true) ?? LEAF;
}

/** Items that can't be told apart are owned as one. */
function items(type: SetType | KeyedType, list: readonly unknown[], node: Record<Element, FieldSet>): void {
  const found = new Map<Element, FieldSet>();
  for (const item of list) {
    const element = itemElement(type, item);
    found.set(element, type.kind === "set" || found.has(element) ? LEAF : (below(type.items, item, true) ?? LEAF));
  }
  for (const element of sortElements([...found.keys()])) node[element] = found.get(element) as FieldSet;
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

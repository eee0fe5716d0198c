/** The field set of a value that is there as a whole, because it was added or removed: everything in it and the value itself. */

import { isObject } from "../plain.ts";
import { type Element, sortElements } from "./element.ts";
import { type FieldSet, LEAF } from "./set.ts";
import { ANY, fieldsOf, fieldValue, itemElement, type KeyedType, type SetType, type Type } from "./types.ts";

/** @param applied as for `fieldValue`. @returns the node that stands at the value's element */
export function whole(type: Type, value: unknown, applied: boolean): FieldSet {
  if (type.kind === "leaf" || type.kind === "atomic") return LEAF;
  if (type.kind === "set" || type.kind === "keyed") return Array.isArray(value) && value.length > 0 ? wholeList(type, value, applied) : LEAF;
  if (!isObject(value)) return LEAF;
  const node: Record<Element, FieldSet> = { ".": LEAF };
  let any = false;
  if (type.kind === "struct") {
    for (const field of fieldsOf(type, value)) {
      const member = fieldValue(value, field, applied);
      if (member === undefined) continue;
      node[field.element] = whole(field.type, member, applied);
      any = true;
    }
  } else {
    const values = type.kind === "map" ? type.values : ANY;
    for (const element of sortElements(Object.keys(value).map((key) => `f:${key}`))) {
      node[element] = whole(values, value[element.slice(2)], applied);
      any = true;
    }
  }
  return any ? node : LEAF;
}

function wholeList(type: SetType | KeyedType, list: readonly unknown[], applied: boolean): FieldSet {
  const items = new Map<Element, unknown>();
  for (const item of list) {
    const element = itemElement(type, item);
    items.set(element, items.has(element) ? DUPLICATE : item);
  }
  const node: Record<Element, FieldSet> = { ".": LEAF };
  for (const element of sortElements([...items.keys()])) {
    const item = items.get(element);
    node[element] = type.kind === "set" || item === DUPLICATE ? LEAF : whole(type.items, item, applied);
  }
  return node;
}

/** Items that can't be told apart are owned as one. */
const DUPLICATE = Symbol("duplicate");

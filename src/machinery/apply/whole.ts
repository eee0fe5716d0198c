/** The field set of a value that is there as a whole, because it was added or removed: everything in it and the value itself. */

import { sortedKeys } from "../json/key-order.ts";
import { isObject, type Plain } from "../plain.ts";
import { type Element, sortElements } from "./element.ts";
import { alike, type FieldSet, LEAF, onlySelf } from "./set.ts";
import { ANY, type FieldType, fieldsOf, fieldValue, itemElement, type KeyedType, type SetType, type Type } from "./types.ts";

/**
 * @param applied as for `fieldValue`
 * @param like a node that is returned, or whose nodes are, wherever they say the same
 * @returns the node that stands at the value's element
 */
export function whole(type: Type, value: unknown, applied: boolean, like?: FieldSet): FieldSet {
  if (type.kind === "leaf" || type.kind === "atomic") return LEAF;
  if (type.kind === "set" || type.kind === "keyed") return Array.isArray(value) && value.length > 0 ? wholeList(type, value, applied, like) : LEAF;
  if (!isObject(value)) return LEAF;
  if (type.kind === "struct") return wholeStruct(fieldsOf(type, value), value, applied, like);
  const values = type.kind === "map" ? type.values : ANY;
  const node: Record<Element, FieldSet> = { ".": LEAF };
  for (const key of sortedKeys(value)) {
    const element = `f:${key}`; // Fields are in the order of their keys.
    node[element] = whole(values, value[key], applied, like?.[element]);
  }
  return onlySelf(node) ? LEAF : alike(node, like);
}

/** Builds nothing for as long as what it would build is what stands in `like`. */
function wholeStruct(fields: readonly FieldType[], value: Plain, applied: boolean, like: FieldSet | undefined): FieldSet {
  let node: Record<Element, FieldSet> | undefined = like?.["."] || like === LEAF ? undefined : { ".": LEAF };
  let known = 0;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    const member = fieldValue(value, field, applied);
    if (member === undefined) continue;
    const below = whole(field.type, member, applied, like?.[field.element]);
    if (!node && below === like![field.element]) {
      known++;
      continue;
    }
    node ??= taken(fields.slice(0, i), value, applied, like!);
    node[field.element] = below;
  }
  if (!node && known === sizeOf(like!)) return known === 0 ? LEAF : like!;
  node ??= taken(fields, value, applied, like!);
  return onlySelf(node) ? LEAF : node;
}

/** @returns a node with what `like` has for these fields of the value */
function taken(fields: readonly FieldType[], value: Plain, applied: boolean, like: FieldSet): Record<Element, FieldSet> {
  const node: Record<Element, FieldSet> = { ".": LEAF };
  for (const field of fields) if (fieldValue(value, field, applied) !== undefined) node[field.element] = like[field.element]!;
  return node;
}

/** How many elements stand in a node beside itself. */
function sizeOf(node: FieldSet): number {
  let size = 0;
  for (const element in node) if (element !== ".") size++;
  return size;
}

function wholeList(type: SetType | KeyedType, list: readonly unknown[], applied: boolean, like: FieldSet | undefined): FieldSet {
  const items = new Map<Element, unknown>();
  for (const item of list) {
    const element = itemElement(type, item);
    items.set(element, items.has(element) ? DUPLICATE : item);
  }
  const node: Record<Element, FieldSet> = { ".": LEAF };
  for (const element of sortElements([...items.keys()])) {
    const item = items.get(element);
    node[element] = type.kind === "set" || item === DUPLICATE ? LEAF : whole(type.items, item, applied, like?.[element]);
  }
  return alike(node, like);
}

/** Items that can't be told apart are owned as one. */
const DUPLICATE = Symbol("duplicate");

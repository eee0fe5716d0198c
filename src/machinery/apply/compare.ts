/** What differs between two objects, as field sets (sigs.k8s.io/structured-merge-diff typed/compare.go). Sub-trees that both objects share cost nothing. */

import { equal, isObject, type Plain } from "../plain.ts";
import type { Element } from "./element.ts";
import { type FieldSet, insert } from "./set.ts";
import { ANY, fieldValue, itemElement, type KeyedType, type SetType, type StructType, type Type } from "./types.ts";

/** Members of these sets stand in no particular order. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const EMPTY: Plain = Object.freeze(Object.create(null));

/**
 * @param before absent: an object as the kind makes it, whose structs are there and empty
 * @param applied whether `after` is merged from what somebody applied, and shows zeros and empty containers as they were written
 * @throws Error for a list item that can't be told apart from others
 */
export function compare(type: Type, before: Plain | undefined, after: Plain, applied = false): Comparison {
  const walk = new Walk(applied);
  walk.values(type, before ?? EMPTY, after);
  return walk;
}

class Walk implements Comparison {
  readonly added: FieldSet = {};
  readonly modified: FieldSet = {};
  readonly removed: FieldSet = {};
  readonly #path: Element[] = [];
  readonly #applied: boolean;

  constructor(applied: boolean) {
    this.#applied = applied;
  }

  /** Undefined is a value that isn't there; null is one that is. */
  values(type: Type, before: unknown, after: unknown): void {
    if (before === after) return;
    switch (type.kind) {
      case "leaf":
      case "atomic":
        this.#leaf(before, after);
        return;
      case "any":
        if ((isObject(before) || before === undefined) && (isObject(after) || after === undefined)) {
          this.#map(ANY, before, after);
          return;
        }
        this.#leaf(before, after);
        return;
      case "struct":
        this.#struct(type, before, after);
        return;
      case "map":
        this.#map(type.values, before, after);
        return;
      default:
        this.#list(type, before, after);
        return;
    }
  }

  #leaf(before: unknown, after: unknown): void {
    if (before === undefined) insert(this.added, this.#path);
    else if (after === undefined) insert(this.removed, this.#path);
    else if (!equal(before, after)) insert(this.modified, this.#path);
  }

  #below(element: Element, type: Type, before: unknown, after: unknown): void {
    this.#path.push(element);
    this.values(type, before, after);
    this.#path.pop();
  }

  /** The container itself, after what is in it. */
  #container(before: unknown, after: unknown): void {
    if (before === undefined) insert(this.added, this.#path);
    else if (after === undefined) insert(this.removed, this.#path);
  }

  #struct(type: StructType, before: unknown, after: unknown): void {
    const left = isObject(before) ? before : EMPTY;
    const right = isObject(after) ? after : EMPTY;
    const oneSided = !isObject(before) || !isObject(after);
    if (type.implied.length === 0 && isBare(type, left, false) && isBare(type, right, this.#applied)) {
      this.#container(before, after);
      return;
    }
    for (const name in right) {
      const field = type.field(name);
      if (field === undefined) continue;
      const value = fieldValue(right, field, this.#applied);
      const old = isObject(before) ? fieldValue(left, field) : undefined;
      if (old !== value) this.#below(field.element, field.type, old, value);
    }
    for (const name in left) {
      if (Object.hasOwn(right, name)) continue;
      const field = type.field(name);
      if (field === undefined) continue;
      const value = isObject(after) ? field.implied : undefined;
      const old = fieldValue(left, field);
      if (old !== value) this.#below(field.element, field.type, old, value);
    }
    if (oneSided) {
      for (const field of type.implied) {
        if (Object.hasOwn(left, field.name) || Object.hasOwn(right, field.name)) continue;
        this.#below(field.element, field.type, isObject(before) ? field.implied : undefined, isObject(after) ? field.implied : undefined);
      }
    }
    this.#container(before, after);
  }

  #map(values: Type, before: unknown, after: unknown): void {
    const left = isObject(before) ? before : EMPTY;
    const right = isObject(after) ? after : EMPTY;
    if (isVoid(left) && isVoid(right)) {
      this.#leaf(before, after);
      return;
    }
    for (const key in right) {
      const old = Object.hasOwn(left, key) ? left[key] : undefined;
      if (old !== right[key]) this.#below(`f:${key}`, values, old, right[key]);
    }
    for (const key in left) if (!Object.hasOwn(right, key)) this.#below(`f:${key}`, values, left[key], undefined);
    this.#container(before, after);
  }

  #list(type: SetType | KeyedType, before: unknown, after: unknown): void {
    const left = Array.isArray(before) ? before : [];
    const right = Array.isArray(after) ? after : [];
    if (left.length === 0 && right.length === 0) {
      this.#leaf(before, after);
      return;
    }
    const olds = grouped(type, left);
    const news = grouped(type, right);
    const items: Type = type.kind === "keyed" ? type.items : { kind: "leaf", scalar: "untyped" };
    for (const [element, old] of olds) this.#items(element, items, old, news.get(element) ?? []);
    for (const [element, fresh] of news) if (!olds.has(element)) this.#items(element, items, [], fresh);
    this.#container(before, after);
  }

  /** Duplicates are owned as one value; one item against one is the usual case. */
  #items(element: Element, type: Type, olds: readonly unknown[], news: readonly unknown[]): void {
    if (olds.length <= 1 && news.length <= 1) {
      this.#below(element, type, olds[0], news[0]);
      return;
    }
    const path = [...this.#path, element];
    if (olds.length >= 2 && news.length >= 2) {
      if (!equal(olds, news)) insert(this.modified, path);
    } else if (olds.length >= 2) {
      if (news.length > 0) this.#below(element, type, undefined, news[0]);
      insert(this.removed, path);
    } else {
      if (olds.length > 0) this.#below(element, type, olds[0], undefined);
      insert(this.added, path);
    }
  }
}

function grouped(type: SetType | KeyedType, list: readonly unknown[]): Map<Element, unknown[]> {
  const groups = new Map<Element, unknown[]>();
  for (const item of list) {
    const element = itemElement(type, item);
    const group = groups.get(element);
    if (group) group.push(item);
    else groups.set(element, [item]);
  }
  return groups;
}

function isVoid(object: Plain): boolean {
  for (const _ in object) return false;
  return true;
}

function isBare(type: StructType, object: Plain, applied: boolean): boolean {
  for (const name in object) {
    const field = type.field(name);
    if (field !== undefined && fieldValue(object, field, applied) !== undefined) return false;
  }
  return true;
}

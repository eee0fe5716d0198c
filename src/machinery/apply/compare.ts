/** What differs between two objects, as field sets (sigs.k8s.io/structured-merge-diff typed/compare.go). Sub-trees that both objects share cost nothing. */

import { equal, isObject, own, type Plain } from "../plain.ts";
import { type Element, sortElements } from "./element.ts";
import { at, type FieldSet, insert, LEAF } from "./set.ts";
import { ANY, fieldsOf, fieldValue, itemElement, type KeyedType, type SetType, type StructType, type Type } from "./types.ts";
import { whole } from "./whole.ts";

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const EMPTY: Plain = Object.freeze(Object.create(null));

/**
 * @param before absent: an object as the kind makes it, whose structs are there and empty
 * @param applied whether `after` is merged from what somebody applied, and shows zeros and empty containers as they were written
 * @param like a set whose nodes stand in what is added wherever they say the same
 * @throws Error for a list item that can't be told apart from others
 */
export function compare(type: Type, before: Plain | undefined, after: Plain, applied = false, like?: FieldSet): Comparison {
  const walk = new Walk(applied, like);
  walk.values(type, before ?? EMPTY, after);
  return walk;
}

/** Visits names in the order of sets, so that what it builds is sorted. */
class Walk implements Comparison {
  readonly added: FieldSet = {};
  readonly modified: FieldSet = {};
  readonly removed: FieldSet = {};
  readonly #path: Element[] = [];
  readonly #applied: boolean;
  readonly #like: FieldSet | undefined;

  constructor(applied: boolean, like: FieldSet | undefined) {
    this.#applied = applied;
    this.#like = like;
  }

  /** Undefined is a value that isn't there; null is one that is. */
  values(type: Type, before: unknown, after: unknown): void {
    if (before === after) return;
    if (before === undefined) insert(this.added, this.#path, whole(type, after, this.#applied, this.#like && at(this.#like, this.#path)));
    else if (after === undefined) insert(this.removed, this.#path, whole(type, before, false));
    else if (type.kind === "struct") this.#struct(type, before, after);
    else if (type.kind === "map") this.#map(type.values, before, after);
    else if (type.kind === "set" || type.kind === "keyed") this.#list(type, before, after);
    else if (type.kind === "any" && isObject(before) && isObject(after)) this.#map(ANY, before, after);
    else if (!equal(before, after)) insert(this.modified, this.#path, LEAF);
  }

  #below(element: Element, type: Type, before: unknown, after: unknown): void {
    this.#path.push(element);
    this.values(type, before, after);
    this.#path.pop();
  }

  #struct(type: StructType, before: unknown, after: unknown): void {
    if (after === null && isObject(before) && isVoid(before)) this.#emptiness(before, after);
    for (const field of fieldsOf(type, before, after)) {
      const old = isObject(before) ? fieldValue(before, field) : undefined;
      const value = isObject(after) ? fieldValue(after, field, this.#applied) : undefined;
      if (old !== value) this.#below(field.element, field.type, old, value);
    }
  }

  #map(values: Type, before: unknown, after: unknown): void {
    const left = isObject(before) ? before : EMPTY;
    const right = isObject(after) ? after : EMPTY;
    if (isVoid(left) && isVoid(right)) this.#emptiness(before, after);
    const differing: Element[] = [];
    for (const key in right) if (!Object.hasOwn(left, key) || left[key] !== right[key]) differing.push(`f:${key}`);
    for (const key in left) if (!Object.hasOwn(right, key)) differing.push(`f:${key}`);
    for (const element of sortElements(differing)) {
      const key = element.slice(2);
      this.#below(element, values, own(left, key), own(right, key));
    }
  }

  #list(type: SetType | KeyedType, before: unknown, after: unknown): void {
    const left = Array.isArray(before) ? before : [];
    const right = Array.isArray(after) ? after : [];
    if (left.length === right.length && equal(left, right)) {
      this.#emptiness(before, after);
      return;
    }
    const olds = grouped(type, left);
    const news = grouped(type, right);
    const items: Type = type.kind === "keyed" ? type.items : { kind: "leaf", scalar: "untyped" };
    const elements = [...olds.keys()];
    for (const element of news.keys()) if (!olds.has(element)) elements.push(element);
    for (const element of sortElements(elements)) this.#items(element, items, olds.get(element) ?? NONE, news.get(element) ?? NONE);
  }

  /** Of two empty containers: null and empty are different values. */
  #emptiness(before: unknown, after: unknown): void {
    if ((before === null) !== (after === null)) insert(this.modified, this.#path, LEAF);
  }

  /** Duplicates are owned as one value; one item against one is the usual case. */
  #items(element: Element, type: Type, olds: readonly unknown[], news: readonly unknown[]): void {
    if (olds.length <= 1 && news.length <= 1) {
      this.#below(element, type, olds[0], news[0]);
      return;
    }
    const path = [...this.#path, element];
    if (olds.length >= 2 && news.length >= 2) {
      if (!equal(olds, news)) insert(this.modified, path, LEAF);
    } else if (olds.length >= 2) {
      if (news.length > 0) this.#below(element, type, undefined, news[0]);
      insert(this.removed, path, LEAF);
    } else {
      if (olds.length > 0) this.#below(element, type, olds[0], undefined);
      insert(this.added, path, LEAF);
    }
  }
}

const NONE: readonly unknown[] = [];

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

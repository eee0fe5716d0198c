/**
 * Path elements of field sets, in the form in which FieldsV1 writes them: `f:NAME`, `k:{"name":"x"}`, `v:"x"`, `i:0`
 * (sigs.k8s.io/structured-merge-diff fieldpath/serialize-pe.go). Elements are compared as strings, so they must be canonical.
 */

import { encodeRaw } from "../json/encode.ts";
import { compareUtf8 } from "../json/key-order.ts";
import { quoteJson } from "../json/quote.ts";
import { isObject, type Plain } from "../plain.ts";

export type Element = string;

/** @param keys by name. @returns undefined when the item has none of the keys */
export function keyElement(item: Plain, keys: readonly KeyField[]): Element | undefined {
  let members = "";
  for (const { name, prefix, fallback } of keys) {
    const value = (Object.hasOwn(item, name) ? item[name] : undefined) ?? fallback;
    if (value === undefined) continue;
    members += `${members === "" ? "" : ","}${prefix}${typeof value === "string" ? quoteJson(value) : encodeRaw(value)}`;
  }
  return members === "" ? undefined : `k:{${members}}`;
}

/** A member that tells list items apart. */
export interface KeyField {
  readonly name: string;
  /** How the element begins the member: `"name":`. */
  readonly prefix: string;
  /** The value that an item without the member has (`protocol`: TCP). */
  readonly fallback: unknown;
}

export function valueElement(value: unknown): Element {
  return `v:${encodeRaw(value)}`;
}

/** @returns the element in canonical form. @throws Error for what is none */
export function parseElement(text: string): Element {
  switch (text.slice(0, 2)) {
    case "f:":
      return text;
    case "v:":
      return valueElement(JSON.parse(text.slice(2)));
    case "i:":
      if (!/^i:-?\d{1,15}$/.test(text)) throw new Error(`Cannot read ${JSON.stringify(text)} as a list index`);
      return `i:${Number(text.slice(2))}`;
    case "k:": {
      const members: unknown = JSON.parse(text.slice(2));
      if (!isObject(members)) throw new Error(`Cannot read ${JSON.stringify(text)} as the keys of a list item`);
      const names = Object.keys(members).sort();
      return `k:{${names.map((name) => `${JSON.stringify(name)}:${encodeRaw(members[name])}`).join(",")}}`;
    }
    default:
      throw new Error(`Cannot read ${JSON.stringify(text)} as a path element`);
  }
}

/** @returns the element as a path shows it: `.spec`, `[name="x"]`, `[="x"]` */
export function shownElement(element: Element): string {
  const text = element.slice(2);
  switch (element.charAt(0)) {
    case "f":
      return `.${text}`;
    case "k":
      return `[${Object.entries(JSON.parse(text) as Plain)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(",")}]`;
    case "v":
      return `[=${JSON.stringify(JSON.parse(text))}]`;
    default:
      return `[${text}]`;
  }
}

const RANK: Readonly<Record<string, number>> = { ".": -1, f: 0, k: 1, v: 2, i: 3 };

/** Sorts in place, as a set's members stand: names, then keys, values and indices, each by what it holds. */
export function sortElements(elements: Element[]): Element[] {
  if (elements.length > FEW) return sortMany(elements);
  for (let i = 1; i < elements.length; i++) {
    if (compareElements(elements[i - 1] as Element, elements[i] as Element) > 0) return elements.sort(compareElements);
  }
  return elements;
}

/** Up to here, reading an element at each comparison is cheaper than reading all of them first. */
const FEW = 16;

function sortMany(elements: Element[]): Element[] {
  const read = elements.map(readElement).sort(compareRead);
  for (let i = 0; i < read.length; i++) elements[i] = (read[i] as Read).element;
  return elements;
}

/** One key with a simple text, which is the usual case and compares as it stands. */
const SIMPLE_KEY = /^k:\{"[A-Za-z]+":"[#-[\]-~]*"\}$/;

function compareElements(a: Element, b: Element): number {
  if (a === b) return 0;
  if (a.charAt(0) === "f" && b.charAt(0) === "f") return compareUtf8(a, b);
  if (SIMPLE_KEY.test(a) && SIMPLE_KEY.test(b)) return a < b ? -1 : 1;
  return compareRead(readElement(a), readElement(b));
}

/** An element with what it holds. */
interface Read {
  readonly element: Element;
  readonly rank: number;
  readonly value: unknown;
}

function readElement(element: Element): Read {
  const kind = element.charAt(0);
  const parsed = kind === "k" || kind === "v" || kind === "i";
  const value: unknown = parsed ? JSON.parse(element.slice(2)) : undefined;
  return { element, rank: RANK[kind] ?? 0, value: kind === "k" ? Object.entries(value as Plain) : value };
}

function compareRead(a: Read, b: Read): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.value === undefined) return compareUtf8(a.element, b.element);
  return Array.isArray(a.value) ? compareKeys(a.value, b.value as [string, unknown][]) : compareValues(a.value, b.value);
}

function compareKeys(left: readonly [string, unknown][], right: readonly [string, unknown][]): number {
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [nameA, valueA] = left[i] as [string, unknown];
    const [nameB, valueB] = right[i] as [string, unknown];
    const difference = compareUtf8(nameA, nameB) || compareValues(valueA, valueB);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const TYPES = ["number", "string", "boolean"];

function compareValues(a: unknown, b: unknown): number {
  const types = TYPES.indexOf(typeof a) - TYPES.indexOf(typeof b);
  if (types !== 0) return types;
  return typeof a === "string" ? compareUtf8(a, b as string) : Number(a) - Number(b);
}

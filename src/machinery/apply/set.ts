/**
 * Field sets: who owns which paths. A set is its own FieldsV1 JSON, so that nothing is parsed or written on the way from the store and back:
 * each member is a path element; `{}` is a leaf that is in the set, `{".": {}, …}` one that is in it together with things below, `{…}` one that isn't.
 * Sets are never changed once made; operations share what stays the same and return the very same object when nothing changes.
 */

import { isObject, type Plain } from "../plain.ts";
import { type Element, parseElement, shownElement, sortElements } from "./element.ts";

export interface FieldSet {
  readonly [element: Element]: FieldSet;
}

type Building = Record<Element, FieldSet>;

export const NOTHING: FieldSet = Object.freeze({});
/** A member without anything below. */
export const LEAF: FieldSet = Object.freeze({});
const SELF = ".";
/** How deep a set that a client sends may be. */
const DEPTH_MAX = 500;

export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the node itself is in the set (below the root, where `{}` is a leaf). */
function holdsSelf(node: FieldSet): boolean {
  return node[SELF] !== undefined || isEmpty(node);
}

/** Adds a node at a path of a set that is being built, where there is nothing yet: only the set's maker may do so, and in the order of elements. */
export function insert(building: FieldSet, path: readonly Element[], node: FieldSet): void {
  if (path.length === 0) return;
  let parent = building as Building;
  for (let i = 0; i < path.length - 1; i++) {
    const element = path[i] as Element;
    const next = parent[element] as Building | undefined;
    if (next === undefined || next === LEAF) {
      // A leaf that gets something below is in the set all the same.
      const opened: Building = next === undefined ? {} : { [SELF]: LEAF };
      parent[element] = opened;
      parent = opened;
    } else {
      parent = next;
    }
  }
  parent[path.at(-1) as Element] = node;
}

/** @returns the node at a path */
export function at(set: FieldSet, path: readonly Element[]): FieldSet | undefined {
  let node: FieldSet | undefined = set;
  for (let i = 0; i < path.length && node; i++) node = node[path[i] as Element];
  return node;
}

/** @returns `like` where it is the same as the node, so that one tree stands for both */
export function alike(node: FieldSet, like: FieldSet | undefined): FieldSet {
  if (like === undefined || node === like) return node;
  let count = 0;
  for (const element in node) {
    const other = like[element];
    if (other === undefined || alike(node[element] as FieldSet, other) !== other) return node;
    count++;
  }
  for (const _ in like) count--;
  return count === 0 ? like : node;
}

/** @returns a set of dotted paths such as `spec` and `metadata.annotations` */
export function setOfPaths(paths: readonly string[]): FieldSet {
  let set: FieldSet = {};
  for (const path of paths)
    set = union(
      set,
      path.split(".").reduceRight((below: FieldSet, name) => ({ [`f:${name}`]: below }), LEAF),
    );
  return set;
}

/** @returns what is in either */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  return isEmpty(a) ? b : joined(a, b, false);
}

function joined(a: FieldSet, b: FieldSet, below: boolean): FieldSet {
  if (a === b) return a;
  const self = below && (holdsSelf(a) || holdsSelf(b));
  let changed = self && !holdsSelf(a);
  let added = false;
  const changes: Building = {};
  for (const element in b) {
    if (element === SELF) continue;
    const before = a[element];
    const after = before === undefined ? (b[element] as FieldSet) : joined(before, b[element] as FieldSet, true);
    if (after === before) continue;
    changes[element] = after;
    changed = true;
    added ||= before === undefined;
  }
  // A leaf that gets children must now say that it is in the set itself.
  if (!changed) return a;
  const result: Building = {};
  if (self) result[SELF] = LEAF;
  if (added) {
    const elements = Object.keys(a).concat(Object.keys(changes).filter((element) => a[element] === undefined));
    for (const element of sortElements(elements)) if (element !== SELF) result[element] = changes[element] ?? (a[element] as FieldSet);
  } else {
    for (const element in a) if (element !== SELF) result[element] = changes[element] ?? (a[element] as FieldSet);
  }
  return isEmpty(result) || onlySelf(result) ? LEAF : result;
}

/** Whether nothing stands below the node. */
export function onlySelf(node: FieldSet): boolean {
  for (const element in node) if (element !== SELF) return false;
  return true;
}

/** @returns what is in `a` and not in `b`, path by path: a parent in `b` doesn't take its children along */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return without(a, b, false, false) ?? NOTHING;
}

/** @returns what is in `a` and neither in `b` nor below anything in `b` */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return without(a, b, false, true) ?? NOTHING;
}

function without(a: FieldSet, b: FieldSet, below: boolean, recursive: boolean): FieldSet | undefined {
  if (below && recursive && holdsSelf(b)) return undefined;
  const self = below && holdsSelf(a) && !holdsSelf(b);
  let changed = below && holdsSelf(a) && !self;
  const result: Building = {};
  if (self) result[SELF] = LEAF;
  for (const element in a) {
    if (element === SELF) continue;
    const before = a[element] as FieldSet;
    const other = b[element];
    const after = other === undefined ? before : without(before, other, true, recursive);
    changed ||= after !== before;
    if (after !== undefined) result[element] = after;
  }
  if (!changed) return a;
  if (onlySelf(result)) return self ? LEAF : undefined;
  return result;
}

/** What a filter lets through, as a tree of elements; `*` stands for any element, an empty node for everything below. */
export interface Pattern {
  readonly [element: Element]: Pattern;
}

/** @param paths dotted, with `*` for any item of a list: `spec.containers.*.resources` */
export function patternOf(paths: readonly string[]): Pattern {
  const root: Record<Element, Pattern> = {};
  for (const path of paths) {
    let node = root;
    for (const name of path.split(".")) {
      const element = name === "*" ? name : `f:${name}`;
      const next: Record<Element, Pattern> = (node[element] as Record<Element, Pattern> | undefined) ?? {};
      node[element] = next;
      node = next;
    }
  }
  return root;
}

/** @returns what the pattern lets through: the paths that it names, what is below them, and the members on the way to them */
export function matching(set: FieldSet, pattern: Pattern): FieldSet {
  const result: Building = {};
  for (const element in set) {
    const below = pattern[element] ?? pattern["*"];
    if (element === SELF || below === undefined) continue;
    const node = set[element] as FieldSet;
    if (isEmpty(below)) {
      result[element] = node;
      continue;
    }
    const kept = matching(node, below);
    if (holdsSelf(node)) result[element] = isEmpty(kept) ? LEAF : { [SELF]: LEAF, ...kept };
    else if (!isEmpty(kept)) result[element] = kept;
  }
  return result;
}

/** @returns what is in both, in `a`'s order */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return common(a, b, false) ?? NOTHING;
}

function common(a: FieldSet, b: FieldSet, below: boolean): FieldSet | undefined {
  const self = below && holdsSelf(a) && holdsSelf(b);
  const result: Building = {};
  if (self) result[SELF] = LEAF;
  for (const element in a) {
    if (element === SELF) continue;
    const other = b[element];
    const both = other === undefined ? undefined : common(a[element] as FieldSet, other, true);
    if (both !== undefined) result[element] = both;
  }
  if (onlySelf(result)) return self ? LEAF : undefined;
  return result;
}

export function has(set: FieldSet, path: readonly Element[]): boolean {
  const node = at(set, path);
  return node !== undefined && path.length > 0 && holdsSelf(node);
}

/** @returns the node of an element: something below it, or the element itself, is in the set */
export function under(set: FieldSet, element: Element): FieldSet | undefined {
  return set[element];
}

/** Whether the element just below the root is in the set itself. */
export function holds(set: FieldSet, element: Element): boolean {
  const node = set[element];
  return node !== undefined && holdsSelf(node);
}

/** @returns each path of the set, parents before children, the members of one level before what is below them */
export function pathsOf(set: FieldSet): Element[][] {
  const paths: Element[][] = [];
  const walk = (node: FieldSet, prefix: readonly Element[]): void => {
    const elements = Object.keys(node).filter((element) => element !== SELF);
    for (const element of elements) if (holdsSelf(node[element] as FieldSet)) paths.push([...prefix, element]);
    for (const element of elements) walk(node[element] as FieldSet, [...prefix, element]);
  };
  walk(set, []);
  return paths;
}

/** @returns the path as messages show it: `.spec.containers[name="x"].image` */
export function shownPath(path: readonly Element[]): string {
  return path.map(shownElement).join("");
}

/** @param fieldsV1 what a client sent. @returns it as a canonical set. @throws Error for what is no set */
export function parseSet(fieldsV1: unknown): FieldSet {
  return parsed(fieldsV1, 0);
}

function parsed(value: unknown, depth: number): FieldSet {
  if (!isObject(value)) throw new Error("Cannot read a field set that is not an object");
  if (depth > DEPTH_MAX) throw new Error(`Cannot read a field set that is deeper than ${DEPTH_MAX}`);
  const node: Building = {};
  for (const [text, below] of Object.entries(value as Plain)) {
    if (text === SELF) {
      if (depth > 0) node[SELF] = LEAF;
    } else {
      node[parseElement(text)] = parsed(below, depth + 1);
    }
  }
  return onlySelf(node) ? LEAF : sortedOnce(node);
}

function sortedOnce(node: Building): FieldSet {
  const result: Building = {};
  if (node[SELF] !== undefined) result[SELF] = LEAF;
  for (const element of sortElements(Object.keys(node))) if (element !== SELF) result[element] = node[element] as FieldSet;
  return result;
}

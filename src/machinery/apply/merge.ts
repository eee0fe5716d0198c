/** Merging what somebody applies into the live object (structured-merge-diff typed/merge.go). */

import { equal, isObject, type Plain, put, shallow } from "../plain.ts";
import type { Element } from "./element.ts";
import { ANY, type FieldType, itemElement, type KeyedType, type SetType, type Type } from "./types.ts";

/** @returns the live object with the applied fields; the very same one, and the same parts, where nothing differs. Applied nulls stay nulls. */
export function merge(type: Type, live: unknown, applied: unknown): unknown {
  if (applied === undefined || live === applied) return live;
  switch (type.kind) {
    case "leaf":
    case "atomic":
      return equal(live, applied) ? live : applied;
    case "set":
    case "keyed":
      return mergeLists(type, live, applied);
    case "any":
      return isObject(live) && isObject(applied) ? mergeObjects(type, live, applied) : equal(live, applied) ? live : applied;
    default:
      return mergeObjects(type, live, applied);
  }
}

function mergeObjects(type: Exclude<Type, { kind: "leaf" | "atomic" | "set" | "keyed" }>, live: unknown, applied: unknown): unknown {
  const before = isObject(live) ? live : undefined;
  if (!isObject(applied)) return before === undefined || isVoid(before) ? applied : live;
  if (before === undefined) return applied;
  let result: Plain = before;
  for (const key in applied) {
    const field = type.kind === "struct" ? type.field(key) : undefined;
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (applied[key] === null && field !== undefined && (old === undefined || (isObject(old) && isVoid(old))) && isNeverVoid(field)) continue;
    const merged = merge(field?.type ?? (type.kind === "map" ? type.values : ANY), old, applied[key]);
    if (merged === old) continue;
    if (result === before) result = shallow(before);
    put(result, key, merged);
  }
  return result;
}

/** Whether Go's JSON writes members of the struct also where nobody set any: a null leaves them as they are. */
function isNeverVoid({ implied, type }: FieldType): boolean {
  return isObject(implied) && type.kind === "struct" && type.sorted.some((member) => member.implied !== undefined);
}

function isVoid(object: Plain): boolean {
  for (const _ in object) return false;
  return true;
}

/**
 * Applied items in the applied order; items that only the live list has stay, as far as possible, between the neighbours that they had.
 * Live items that can't be told apart are dropped when one of their name is applied, and kept otherwise.
 */
function mergeLists(type: SetType | KeyedType, live: unknown, applied: unknown): unknown {
  const left = Array.isArray(live) ? live : [];
  if (!Array.isArray(applied) || applied.length === 0) return left.length > 0 ? live : applied;
  const right = applied;
  const lefts = left.map((item) => itemElement(type, item));
  const rights = right.map((item) => itemElement(type, item));
  const leftByElement = new Map<Element, unknown>();
  for (const [i, element] of lefts.entries()) leftByElement.set(element, leftByElement.has(element) ? undefined : left[i]);
  const rightByElement = new Map<Element, unknown>(rights.map((element, i) => [element, right[i]]));
  const shared = rights.filter((element) => leftByElement.has(element));
  let nextShared = 0;
  const done = new Set<Element>();
  const result: unknown[] = [];
  const item = (element: Element): unknown =>
    type.kind === "keyed" ? merge(type.items, leftByElement.get(element), rightByElement.get(element)) : rightByElement.get(element);
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    if (l < left.length && r < right.length) {
      const element = lefts[l] as Element;
      if (element === rights[r]) {
        done.add(element);
        result.push(item(element));
        l++;
        r++;
        nextShared++;
        continue;
      }
      if (rightByElement.has(element) && nextShared < shared.length && shared[nextShared] !== element) {
        l++; // Its turn comes with the applied list.
        continue;
      }
    }
    if (l < left.length) {
      const element = lefts[l] as Element;
      if (!rightByElement.has(element)) {
        result.push(left[l]);
        l++;
        continue;
      }
      if (done.has(element)) l++;
    }
    if (r < right.length) {
      const element = rights[r] as Element;
      done.add(element);
      result.push(item(element));
      r++;
      if (shared[nextShared] === element) nextShared++;
    }
  }
  return result.length === left.length && result.every((one, i) => one === left[i]) ? live : result;
}

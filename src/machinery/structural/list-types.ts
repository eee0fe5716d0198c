/** Lists that say their items are told apart: each value of a set once, each key of a map once (pkg/apiserver/schema/listtype). */

import { sortedKeys } from "../json/key-order.ts";
import { isObject, type Plain } from "../plain.ts";
import { duplicate, type FieldError, invalid } from "../status/field-error.ts";
import { child, index, key as keyPath } from "./paths.ts";
import { memberOf, type Structural } from "./structural.ts";

/** @param at where the value is; empty for the object itself. @returns an error for each second appearance */
export function listTypeErrors(at: string, schema: Structural | undefined, value: unknown): FieldError[] {
  if (!schema) return [];
  if (Array.isArray(value)) return listErrors(at, schema, value);
  if (!isObject(value)) return [];
  const errors: FieldError[] = [];
  for (const name in value) {
    const member = value[name];
    if (typeof member !== "object" || member === null) continue;
    const inside = memberOf(schema, name);
    if (inside) errors.push(...listTypeErrors(schema.properties.has(name) ? child(at, name) : keyPath(at, name), inside, member));
  }
  return errors;
}

function listErrors(at: string, schema: Structural, list: readonly unknown[]): FieldError[] {
  const errors = schema.listType === "set" ? setErrors(at, list) : schema.listType === "map" ? mapErrors(at, schema, list) : [];
  if (schema.items) for (const [i, item] of list.entries()) errors.push(...listTypeErrors(index(at, i), schema.items, item));
  return errors;
}

function setErrors(at: string, list: readonly unknown[]): FieldError[] {
  return seconds(list).map((i) => duplicate(index(at, i), list[i]));
}

function mapErrors(at: string, { listMapKeys }: Structural, list: readonly unknown[]): FieldError[] {
  const wrong = list.findIndex((item) => item !== null && !isObject(item));
  if (wrong >= 0) return [invalid(index(at, wrong), list[wrong], "must be an object for an array of list-type map")];
  const keys = list.map((item) => keysOf(item as Plain | null, listMapKeys));
  return seconds(keys).map((i) => duplicate(index(at, i), keys[i]));
}

function keysOf(item: Plain | null, names: readonly string[]): Plain {
  const keys: Plain = Object.create(null);
  for (const name of names) if (item !== null && Object.hasOwn(item, name)) keys[name] = item[name];
  return keys;
}

/** @returns the place of each value's second appearance */
function seconds(list: readonly unknown[]): number[] {
  if (list.length <= 1) return [];
  const times = new Map<string, number>();
  const found: number[] = [];
  for (const [i, item] of list.entries()) {
    const text = identity(item);
    const before = times.get(text) ?? 0;
    times.set(text, before + 1);
    if (before === 1) found.push(i);
  }
  return found;
}

/** A text that is the same for equal values and for no others. */
function identity(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(identity).join(",")}]`;
  if (isObject(value)) {
    return `{${sortedKeys(value)
      .map((key) => `${JSON.stringify(key)}:${identity(value[key])}`)
      .join(",")}}`;
  }
  return typeof value === "bigint" ? String(value) : JSON.stringify(value ?? null);
}

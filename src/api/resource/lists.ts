/** Checks of lists and maps: as long as allowed, each item good, none twice. What is too long isn't looked into. [Kubernetes pkg/apis/resource/validation/validation.go] */

import { duplicate, type FieldError, tooMany } from "../../machinery/status/field-error.ts";

type Check<T> = (item: T, at: string) => readonly FieldError[];

export function listErrors<T>(at: string, list: readonly T[] | undefined, max: number, check: Check<T>): FieldError[] {
  const items = list ?? [];
  return items.length > max ? [tooMany(at, items.length, max)] : items.flatMap((item, i) => check(item, `${at}[${i}]`));
}

/** @param keyOf what no two items may share @param shown how an item stands in the message: as its key, or whole where Kubernetes declares the check */
export function setErrors<T>(
  at: string,
  list: readonly T[] | undefined,
  max: number,
  check: Check<T>,
  keyOf: (item: T) => string,
  shown: (item: T) => unknown = keyOf,
): FieldError[] {
  const items = list ?? [];
  if (items.length > max) return [tooMany(at, items.length, max)];
  const seen = new Set<string>();
  const twice = items.flatMap((item, i) => {
    const key = keyOf(item);
    if (seen.has(key)) return [duplicate(`${at}[${i}]`, shown(item))];
    seen.add(key);
    return [];
  });
  return [...items.flatMap((item, i) => check(item, `${at}[${i}]`)), ...twice];
}

const KEY_SHOWN_MIN = 16;

/** @param keyMax longer keys are cut in the fields that errors name */
export function mapErrors<T>(
  at: string,
  map: Readonly<Record<string, T>> | undefined,
  max: number,
  keyMax: number,
  checkKey: (key: string, at: string) => readonly FieldError[],
  check: Check<T>,
): FieldError[] {
  const entries = Object.entries(map ?? {});
  if (entries.length > max) return [tooMany(at, entries.length, max)];
  return entries.flatMap(([key, item]) => [...checkKey(key, at), ...check(item, `${at}[${shortened(key, Math.max(keyMax, KEY_SHOWN_MIN))}]`)]);
}

function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const rest = max - "...".length;
  return `${text.slice(0, Math.trunc((rest + 1) / 2))}...${text.slice(text.length - Math.trunc(rest / 2))}`;
}

/** Equality and order of values. Numbers compare by what they amount to, whatever their types. [cel-go common/types] */

import { CelError, CelList, CelMap, Duration, isError, noSuchOverload, Opaque, Optional, Timestamp, TypeValue, Uint, type Value } from "./value.ts";

/** @returns whether two values are the same; an error where one of them is, or where a comparison isn't defined */
export function equal(a: Value, b: Value): boolean | CelError {
  if (isError(a)) return a;
  if (isError(b)) return b;
  if (a === b) return !(typeof a === "number" && Number.isNaN(a));
  const order = compareNumbers(a, b);
  if (order !== undefined) return order === 0;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  return equalObjects(a, b);
}

function equalObjects(a: Value & object, b: Value & object): boolean | CelError {
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof CelList) return b instanceof CelList && equalLists(a, b);
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b);
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equal(a.value, b.value);
  }
  if (a instanceof Opaque && b instanceof Opaque && a.type.name === b.type.name) return a.equals(b.value);
  return a instanceof Opaque || b instanceof Opaque ? noSuchOverload() : false;
}

function equalLists(a: CelList, b: CelList): boolean | CelError {
  if (a.equals) return a.equals(b);
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) {
    const same = equal(a.get(i), b.get(i));
    if (same !== true) return same;
  }
  return true;
}

function equalMaps(a: CelMap, b: CelMap): boolean | CelError {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const [left, right] = [a.find(key), b.find(key)];
    if (left === undefined || right === undefined) return false;
    const same = equal(left, right);
    if (same !== true) return same;
  }
  return true;
}

/** Below, at or above zero where both are numbers (NaN is neither); undefined where one isn't. */
function compareNumbers(a: Value, b: Value): number | undefined {
  const left = a instanceof Uint ? a.value : a;
  const right = b instanceof Uint ? b.value : b;
  if ((typeof left !== "bigint" && typeof left !== "number") || (typeof right !== "bigint" && typeof right !== "number")) return undefined;
  // JavaScript compares a bigint with a number exactly.
  if (left < right) return -1;
  if (left > right) return 1;
  return left >= right ? 0 : Number.NaN;
}

/** @returns below, at or above zero; an error where the two have no order */
export function compare(a: Value, b: Value): number | CelError {
  if (isError(a)) return a;
  if (isError(b)) return b;
  const order = compareNumbers(a, b);
  if (order !== undefined) return Number.isNaN(order) ? new CelError("NaN values cannot be ordered") : order;
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration)) {
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  }
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) : noSuchOverload();
}

/** @returns whether the list has the item; an error only where no item is the same and a comparison failed */
export function contains(list: CelList, item: Value): boolean | CelError {
  let failed: CelError | undefined;
  for (let i = 0; i < list.size; i++) {
    const same = equal(list.get(i), item);
    if (same === true) return true;
    if (same !== false) failed ??= same;
  }
  return failed ?? false;
}

/** Whether it is what a variable of its type holds before anything is set. */
export function isZero(value: Value): boolean {
  if (value === null || value === false || value === "" || value === 0n || value === 0) return true;
  if (value instanceof Uint || value instanceof Timestamp || value instanceof Duration) return ("value" in value ? value.value : value.nanos) === 0n;
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof Optional) return value.value === undefined || isZero(value.value);
  return value instanceof Uint8Array && value.length === 0;
}

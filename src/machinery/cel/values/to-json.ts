/** JSON out of values: what an expression made becomes part of an object. */

import { durationText, timestampText } from "../functions/conversions.ts";
import { CelList, CelMap, Duration, nameOfType, Optional, Timestamp, Uint, type Value } from "./value.ts";

/** The value has no form in JSON. */
export class NoJsonError extends Error {
  override name = "NoJsonError";
}

/** @returns plain JSON data; maps have no prototype. @throws NoJsonError */
export function jsonOf(value: Value): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "bigint":
      return integer(value);
    case "number":
      if (Number.isFinite(value)) return value;
      throw new NoJsonError(`${value} is no number of JSON`);
    default:
      return value === null ? null : jsonOfObject(value);
  }
}

const integer = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

function jsonOfObject(value: Value): unknown {
  if (value instanceof CelList) return Array.from(value, jsonOf);
  if (value instanceof Uint) return integer(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof Optional) return value.value === undefined ? null : jsonOf(value.value);
  if (!(value instanceof CelMap)) throw new NoJsonError(`a value of type ${nameOfType(value)} can't be written as JSON`);
  const object: Record<string, unknown> = Object.create(null);
  for (const key of value.keys()) {
    if (typeof key !== "string") throw new NoJsonError("the keys of a JSON object are strings");
    object[key] = jsonOf(value.find(key) ?? null);
  }
  return object;
}

/** Custom resources as JSON: read with everything that is in them, written by the alphabet. */

import { type JsonBudget, requestBudget } from "../../machinery/json/budget.ts";
import { DecodeError } from "../../machinery/json/decode-error.ts";
import { parseDocument, plain, utf8 } from "../../machinery/json/document.ts";
import { encodeRaw } from "../../machinery/json/encode.ts";
import { duplicateFields } from "../../machinery/json/exact.ts";
import { sortedKeys } from "../../machinery/json/key-order.ts";
import { quoteJson } from "../../machinery/json/quote.ts";
import { scanJson } from "../../machinery/json/scan.ts";
import { isObject } from "../../machinery/plain.ts";

export interface ParsedDocument {
  /** Objects in it have no prototype. */
  readonly value: unknown;
  /** `duplicate field "spec.a"` */
  readonly duplicates: readonly string[];
}

const NONE: readonly string[] = Object.freeze([]);

/** Throws a DecodeError for what isn't JSON or is over the budget. */
export function parse(bytes: Uint8Array, budget: JsonBudget = requestBudget): ParsedDocument {
  const scan = scanJson(bytes, budget);
  const text = utf8(bytes);
  if (!scan.exact) {
    const counter = { members: 0 };
    const value = withoutPrototypes(quickly(text), counter);
    if (value !== undefined && counter.members === scan.members) return { value, duplicates: NONE };
  }
  try {
    const document = parseDocument(text, budget);
    return { value: plain(document), duplicates: duplicateFields(document) };
  } catch (error) {
    if (error instanceof RangeError) throw new DecodeError("exceeded max depth");
    throw error;
  }
}

/** @returns undefined for what the exact parser must complain of */
function quickly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutPrototypes(value: unknown, counter: { members: number }): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    for (const item of value) withoutPrototypes(item, counter);
    return value;
  }
  const object = value as Record<string, unknown>; // JSON.parse's own object.
  for (const key in object) {
    counter.members++;
    withoutPrototypes(object[key], counter);
  }
  return Object.setPrototypeOf(object, null);
}

/** @returns the JSON with every object's members sorted, as Go writes maps */
export function encodeSorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(encodeSorted).join(",")}]`;
  if (!isObject(value)) return encodeRaw(value);
  let json = "";
  for (const key of sortedKeys(value)) json += `${json && ","}${quoteJson(key)}:${encodeSorted(value[key])}`;
  return `{${json}}`;
}

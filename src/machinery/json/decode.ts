/** Decodes JSON by a schema, as kube-apiserver does: case-sensitive names, nulls dropped, values canonical, unknown and repeated fields noticed. */

import type { Schema } from "../schema/schema.ts";
import { type JsonBudget, requestBudget } from "./budget.ts";
import { DecodeError } from "./decode-error.ts";
import { parseDocument, utf8 } from "./document.ts";
import { decodeExactly, isValueError } from "./exact.ts";
import { fastDecoder, newWalk } from "./fast.ts";
import { scanJson } from "./scan.ts";

export interface Decoded<T> {
  /** Plain data: absent for nil, null-prototype objects where users choose the keys. It is the caller's to change. */
  readonly value: T;
  /** What strict field validation refuses, in the document's order: `unknown field "spec.foo"`, `duplicate field "spec.replicas"`. */
  readonly strictErrors: readonly string[];
}

const NONE: readonly string[] = Object.freeze([]);

/** Throws `DecodeError` with Kubernetes' message for what isn't JSON, is over the budget, or has a value of the wrong type. */
export function decode<T extends object>(source: Uint8Array | string, schema: Schema, budget: JsonBudget = requestBudget): Decoded<T> {
  const bytes = typeof source === "string" ? Buffer.from(source) : source;
  const scan = scanJson(bytes, budget);
  const text = utf8(bytes);
  try {
    const value = scan.exact ? undefined : decodeFast(text, schema, scan.members);
    if (value !== undefined) return { value: value as T, strictErrors: NONE }; // The schema is what says that it is a T.
    const exact = decodeExactly(parseDocument(text, budget), schema);
    return { value: exact.value as T, strictErrors: exact.strictErrors };
  } catch (error) {
    if (error instanceof RangeError) throw new DecodeError("exceeded max depth"); // Where a budget allows more than the stack.
    throw isValueError(error) ? new DecodeError(error.message, { cause: error }) : error;
  }
}

/** @returns undefined for a document with anything unusual */
function decodeFast(text: string, schema: Schema, members: number): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined; // The exact parser words the complaint.
  }
  const walk = newWalk();
  const value = fastDecoder(schema)(parsed, walk);
  return walk.ok && walk.members === members ? value : undefined;
}

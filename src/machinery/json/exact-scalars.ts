/** What the exact decoder knows about single values of a document. */

import { ZERO_SECONDS } from "../time.ts";
import { type DocumentValue, Fraction, Members } from "./document.ts";

/** Whether the value is an integer that the type holds. */
export function isInteger(node: DocumentValue, scalar: "int32" | "int64"): node is number | bigint {
  if (typeof node === "bigint") return scalar === "int64";
  return typeof node === "number" && (scalar === "int64" || (node | 0) === node);
}

/** An instant in canonical form, or undefined for Go's zero time, which is none. */
export function timeText<T extends { seconds: number; nanos: number }>(instant: T, format: (instant: T) => string): string | undefined {
  return instant.seconds === ZERO_SECONDS && instant.nanos === 0 ? undefined : format(instant);
}

/** The text of a quantity, which may be written as a number. */
export function quantityText(node: DocumentValue): string {
  if (typeof node === "string") return node;
  if (node instanceof Fraction) return node.text;
  if (typeof node === "number" || typeof node === "bigint") return String(node);
  return typeof node === "boolean" ? String(node) : "{}"; // No quantity either, and the message doesn't show it.
}

/** What Go calls the value in an error. @param type the name of the type that it doesn't fit */
export function described(node: DocumentValue, type: string): string {
  if (typeof node === "string") return "string";
  if (typeof node === "boolean") return "bool";
  if (Array.isArray(node)) return "array";
  if (node instanceof Members) return "object";
  const numeric = /^(?:int32|int64|float64)$/.test(type);
  return numeric ? `number ${node instanceof Fraction ? node.text : node}` : "number";
}

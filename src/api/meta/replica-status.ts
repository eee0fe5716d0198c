/** Counts in the status of what keeps replicas: none negative, and no part more than the whole. */

import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { nonNegative } from "./checks.ts";

/** Counts by name, as far as a status has them. */
type Counts = Readonly<Partial<Record<string, unknown>>>;

/** Every number of the status. */
export function countErrors(status: object | undefined): FieldError[] {
  return Object.entries(status ?? {}).flatMap(([name, value]) =>
    typeof value === "number" || typeof value === "bigint" ? nonNegative(`status.${name}`, value) : [],
  );
}

/** @param parts the members that can't be above `replicas`; @param of what the message calls `readyReplicas` */
export function replicaErrors(status: object | undefined, parts: readonly string[], of = "readyReplicas"): FieldError[] {
  const counts: Counts = { ...status };
  const count = (name: string) => Number(counts[name] ?? 0);
  const errors = countErrors(status);
  for (const name of parts) {
    if (count(name) > count("replicas")) errors.push(invalid(`status.${name}`, count(name), "cannot be greater than status.replicas"));
  }
  if (count("availableReplicas") <= count("readyReplicas")) return errors;
  return [...errors, invalid("status.availableReplicas", count("availableReplicas"), `cannot be greater than ${of}`)];
}

/** A hash collision that was once counted can't be undone. */
export function collisionErrors(next: { collisionCount?: number } | undefined, last: { collisionCount?: number } | undefined): FieldError[] {
  const before = last?.collisionCount;
  const now = next?.collisionCount;
  return before !== undefined && now !== undefined && now < before ? [invalid("status.collisionCount", now, "cannot be decremented")] : [];
}

/**
 * Equality of objects as Kubernetes means it: what Go can't tell apart is equal. A nil list or map is an empty one, and a field that
 * isn't a pointer is never absent, so `resources: {}` and `hostNetwork: false` say nothing. [k8s.io/apimachinery equality.Semantic]
 */

import { equal } from "../plain.ts";
import type { Scalar, Schema, StructSchema } from "./schema.ts";

type Members = Readonly<Record<string, unknown>>;
const NOTHING: Members = Object.freeze(Object.create(null));

export function equalBySchema(schema: Schema, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  switch (schema.type) {
    case "struct":
      return equalStructs(schema, (a ?? NOTHING) as Members, (b ?? NOTHING) as Members);
    case "list":
      return equalLists(schema.items, (a ?? []) as readonly unknown[], (b ?? []) as readonly unknown[]);
    case "map":
      return equalMaps(schema.values, (a ?? NOTHING) as Members, (b ?? NOTHING) as Members);
    case "scalar":
      return schema.scalar === "raw" || schema.scalar === "fieldsV1" ? equal(a, b) : isZero(a, schema.scalar) && isZero(b, schema.scalar);
  }
}

function equalStructs(schema: StructSchema, a: Members, b: Members): boolean {
  for (const { name, schema: inner, table } of schema.fields) {
    const left = a[name];
    const right = b[name];
    if (left === right) continue;
    if (table.pointer && (left === undefined) !== (right === undefined)) return false;
    if (!equalBySchema(inner, left, right)) return false;
  }
  return true;
}

function equalLists(items: Schema, a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => equalBySchema(items, item, b[i]));
}

function equalMaps(values: Schema, a: Members, b: Members): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalBySchema(values, a[key], b[key]));
}

/** The zero of a scalar, which absent fields that aren't pointers have. */
function isZero(value: unknown, scalar: Scalar): boolean {
  if (scalar === "quantity" && value === "0") return true;
  return value === undefined || value === null || value === "" || value === 0 || value === 0n || value === false;
}

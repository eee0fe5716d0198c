/** A copy of an object that its new owner may change, cheaper than decoding it again. */

import type { KubeObject } from "../../api/kind.ts";

/** The entries of managedFields are never changed in place, and are often the larger half: they are shared. */
export function copyObject<T extends KubeObject>(object: T): T {
  const { managedFields, ...rest } = object.metadata;
  const copy = copied({ ...object, metadata: rest }) as T; // As it was, but for identity.
  if (managedFields) copy.metadata.managedFields = [...managedFields];
  return copy;
}

function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const list = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) list[i] = copied(value[i]);
    return list;
  }
  const source = value as Record<string, unknown>; // Plain data: all of its members are its own.
  const result: Record<string, unknown> = Object.getPrototypeOf(source) === null ? Object.create(null) : {};
  for (const key in source) result[key] = copied(source[key]);
  return result;
}

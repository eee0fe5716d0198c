/** Defaults of a custom resource, and what becomes of its nulls (k8s.io/apiextensions-apiserver pkg/apiserver/schema/defaulting). */

import { isObject, put } from "../plain.ts";
import { memberOf, type Structural } from "./structural.ts";

/** Fills in defaults, also where a null stands that may be none. Changes the value. */
export function setDefaults(value: unknown, schema: Structural | undefined): void {
  if (!schema || !mayDefault(schema)) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (isRefusedNull(value[i], schema.items)) value[i] = copyJson(schema.items?.default ?? null);
      setDefaults(value[i], schema.items);
    }
  } else if (isObject(value)) {
    for (const [name, property] of schema.properties) {
      if (property.default === undefined) continue;
      if (!Object.hasOwn(value, name) || isRefusedNull(value[name], property)) put(value, name, copyJson(property.default));
    }
    for (const key in value) {
      const property = memberOf(schema, key);
      if (!property) continue;
      if (!schema.properties.has(key) && isRefusedNull(value[key], property)) put(value, key, copyJson(property.default ?? null));
      setDefaults(value[key], property);
    }
  }
}

const known = new WeakMap<Structural, boolean>();

/** Whether the schema or any below it has a default: most have none. */
function mayDefault(schema: Structural): boolean {
  let may = known.get(schema);
  if (may === undefined) {
    const inside = [
      ...schema.properties.values(),
      ...(typeof schema.additional === "object" ? [schema.additional] : []),
      ...(schema.items ? [schema.items] : []),
    ];
    may = inside.some((one) => one.default !== undefined || mayDefault(one));
    known.set(schema, may);
  }
  return may;
}

function isRefusedNull(value: unknown, schema: Structural | undefined): boolean {
  return value === null && schema !== undefined && !schema.nullable;
}

/** Takes out of objects the nulls that may be none and have no default. Changes the value. */
export function dropNulls(value: unknown, schema: Structural | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item, schema?.items);
  } else if (isObject(value)) {
    for (const key in value) {
      const property = memberOf(schema, key);
      if (isRefusedNull(value[key], property) && property?.default === undefined) delete value[key];
      else dropNulls(value[key], property);
    }
  }
}

/** @returns a copy that its owner may change; objects in it have no prototype, as keys are users' */
export function copyJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyJson);
  if (!isObject(value)) return value;
  const copy = Object.create(null);
  for (const key in value) copy[key] = copyJson(value[key]);
  return copy;
}

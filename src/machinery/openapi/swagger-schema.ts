/**
 * Schemas of OpenAPI v3 as v2 says them (kube-openapi, pkg/openapiconv; apiextensions-apiserver, pkg/controller/openapi/v2): v2 has no junctions and no null, Kubernetes
 * leaves defaults out, and a v2 reader stumbles over members of what takes unknown ones.
 */

import { isObject } from "../plain.ts";
import type { Json } from "./schemas.ts";

const FROM = "#/components/schemas/";
const TO = "#/definitions/";
/** Left out: junctions, which v2 can't say, and what it says otherwise. */
const DROPPED: ReadonlySet<string> = new Set(["default", "allOf", "oneOf", "anyOf", "not", "nullable"]);

/** @returns the same schema for a v2 document */
export function swaggerSchema(schema: Json): Json {
  const out: Json = {};
  const only = referenceIn(schema.allOf);
  if (only !== undefined) out.$ref = only;
  const opaque = schema.nullable === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  for (const [key, value] of Object.entries(schema)) {
    if (DROPPED.has(key) || (opaque && (key === "items" || key === "properties"))) continue;
    if (key === "$ref") out.$ref = reference(String(value));
    else if (key === "properties" && isObject(value)) out.properties = eachOf(value);
    else if ((key === "items" || key === "additionalProperties") && isObject(value)) out[key] = swaggerSchema(value);
    else out[key] = value;
  }
  dropType(out, schema);
  dropRequired(out, schema);
  return out;
}

/** The type of what is one of several scalars: in v2 a string, unless the schema is a user's own. */
function dropType(out: Json, schema: Json): void {
  if (Array.isArray(schema.oneOf) && schema.type === undefined) out.type = "string";
  const untyped = schema.nullable === true || (schema["x-kubernetes-preserve-unknown-fields"] === true && schema.type === "object");
  if (untyped || (out.type === "array" && out.items === undefined)) delete out.type;
}

/** What may be null can't be required where null can't be said. */
function dropRequired(out: Json, { properties, required, additionalProperties }: Json): void {
  if (!Array.isArray(required)) return;
  const mayBeNull = (value: unknown): boolean => isObject(value) && value.nullable === true;
  const left = mayBeNull(additionalProperties) ? [] : required.filter((name) => !(isObject(properties) && mayBeNull(properties[name])));
  if (left.length === 0) delete out.required;
  else out.required = left;
}

function eachOf(properties: Json): Json {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, isObject(value) ? swaggerSchema(value) : value]));
}

/** v3 wraps a reference that has siblings in an `allOf` of one; in v2 the siblings stand beside it. */
function referenceIn(allOf: unknown): string | undefined {
  const [only, ...more] = Array.isArray(allOf) ? allOf : [];
  return isObject(only) && typeof only.$ref === "string" && more.length === 0 ? reference(only.$ref) : undefined;
}

function reference(to: string): string {
  return to.startsWith(FROM) ? TO + to.slice(FROM.length) : to;
}

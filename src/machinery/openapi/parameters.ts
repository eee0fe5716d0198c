/** Parameters of operations in OpenAPI documents. */

import type { Scalar, StructSchema } from "../schema/schema.ts";
import type { Json } from "./schemas.ts";

type QueryType = "string" | "boolean" | "integer";

export interface Parameter extends Json {
  readonly in: "query" | "path";
  readonly name: string;
}

function query(name: string, type: QueryType = "string"): Parameter {
  return { in: "query", name, schema: { type, uniqueItems: true } };
}

export function pathParameter(name: string): Parameter {
  return { in: "path", name, required: true, schema: { type: "string", uniqueItems: true } };
}

export const PRETTY: readonly Parameter[] = [query("pretty")];
const DRY_RUN = query("dryRun");
/** Of creates and updates. */
export const WRITE: readonly Parameter[] = [DRY_RUN, query("fieldManager"), query("fieldValidation")];
export const PATCH: readonly Parameter[] = [...WRITE, query("force", "boolean")];
export const DELETE: readonly Parameter[] = [
  DRY_RUN,
  query("gracePeriodSeconds", "integer"),
  query("ignoreStoreReadErrorWithClusterBreakingPotential", "boolean"),
  query("orphanDependents", "boolean"),
  query("propagationPolicy"),
];
export const RESOURCE_VERSION = query("resourceVersion");
const SELECT: readonly Parameter[] = [
  query("continue"),
  query("fieldSelector"),
  query("labelSelector"),
  query("limit", "integer"),
  RESOURCE_VERSION,
  query("resourceVersionMatch"),
  query("sendInitialEvents", "boolean"),
  query("shardSelector"),
  query("timeoutSeconds", "integer"),
];
export const LIST: readonly Parameter[] = [query("allowWatchBookmarks", "boolean"), ...SELECT, query("watch", "boolean")];
export const DELETE_COLLECTION: readonly Parameter[] = [...DELETE, ...SELECT];

const QUERY_TYPES: Partial<Record<Scalar, QueryType>> = { bool: "boolean", int32: "integer", int64: "integer" };

/** @returns the query parameters of an options struct (PodExecOptions): one a field, lists by their items; times have none */
export function optionParameters(options: StructSchema): Parameter[] {
  const found: Parameter[] = [];
  for (const { name, schema } of options.fields) {
    const item = schema.type === "list" ? schema.items : schema;
    if (name === "kind" || name === "apiVersion" || item.type !== "scalar" || item.scalar === "time") continue;
    found.push(query(name, QUERY_TYPES[item.scalar] ?? "string"));
  }
  return found;
}

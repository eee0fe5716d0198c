/** Paths by which a CustomResourceDefinition names a field: only members by their names (pkg/apiserver/schema/cel: ValidFieldPath). */

import { child, key } from "./paths.ts";
import type { Structural } from "./structural.ts";

export interface FoundField {
  /** As Kubernetes writes paths: `spec.color`, `spec.labels[a]`. */
  readonly path: string;
  /** The first name. */
  readonly root: string;
  readonly schema: Structural | undefined;
}

const TOKEN = /[.[\]]|[^.[\]]+/gs;

/** @returns the field, or what is wrong with the path */
export function findField(path: string, schema: Structural): FoundField | string {
  const tokens = path.match(TOKEN) ?? [];
  let found: FoundField = { path: "", root: "", schema };
  for (let i = 0; i < tokens.length; i += 2) {
    if (tokens[i] === "[") return "array notation is not allowed";
    if (tokens[i] !== ".") return `expected [ or . but got: ${tokens[i]}`;
    const name = tokens[i + 1];
    if (name === undefined) return "unexpected end of JSON path";
    const next = step(found, name);
    if (typeof next === "string") return next;
    found = next;
  }
  return found;
}

function step({ path, root, schema }: FoundField, name: string): FoundField | string {
  if (schema && schema.properties.size > 0) {
    const property = schema.properties.get(name);
    return property ? { path: child(path, name), root: root || name, schema: property } : "does not refer to a valid field";
  }
  if (schema?.additional === undefined) return "does not refer to a valid field";
  return { path: key(path, name), root: root || name, schema: typeof schema.additional === "object" ? schema.additional : undefined };
}

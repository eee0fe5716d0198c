/** Paths in objects' fields that mustn't lead out of where they begin. */

import { type FieldError, invalid } from "../../machinery/status/field-error.ts";

export function noBacksteps(field: string, path: string): FieldError[] {
  return path.split("/").includes("..") ? [invalid(field, path, "must not contain '..'")] : [];
}

/** A relative path that goes only down. */
export function descending(field: string, path: string): FieldError[] {
  return [...(path.startsWith("/") ? [invalid(field, path, "must be a relative path")] : []), ...noBacksteps(field, path)];
}

/** The same, and no name of those that volumes keep to themselves (`..data`). */
export function descendingUnreserved(field: string, path: string): FieldError[] {
  const errors = descending(field, path);
  return path.startsWith("..") && !path.startsWith("../") ? [...errors, invalid(field, path, "must not start with '..'")] : errors;
}

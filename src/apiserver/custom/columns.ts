/** The columns of `kubectl get` that a CustomResourceDefinition asks for (k8s.io/apiextensions-apiserver pkg/registry/customresource/tableconvertor). */

import type { Column, KubeObject } from "../../api/kind.ts";
import { nameColumn } from "../../api/meta/columns.ts";
import type { CustomResourceColumnDefinition } from "../../api/tables/apiextensions-v1.ts";
import { encodeRaw } from "../../machinery/json/encode.ts";
import { findAll } from "../../machinery/json-path/find.ts";
import { PathError, type PathStep, parsePath } from "../../machinery/json-path/parse.ts";
import { since } from "../../machinery/table/duration.ts";
import { encodeSorted } from "./document.ts";

/** What one sees where a definition names no columns. */
const AGE: CustomResourceColumnDefinition = {
  name: "Age",
  type: "date",
  description: "When the object was created, as its server saw it.",
  jsonPath: ".metadata.creationTimestamp",
};

/** @returns the name and the columns, up to one whose path can't be read */
export function customColumns(columns: readonly CustomResourceColumnDefinition[]): Column<KubeObject>[] {
  const shown: Column<KubeObject>[] = [nameColumn];
  for (const column of columns.length > 0 ? columns : [AGE]) {
    const path = readable(column.jsonPath);
    if (!path) return shown;
    const { name, type, format, description, priority } = column;
    shown.push({
      name,
      type: type as Column<KubeObject>["type"], // Validation lets no other through.
      ...(format && { format }),
      description: description || `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
      ...(priority && { priority }),
      value: (object, now) => cell(type, found(path, object), now),
    });
  }
  return shown;
}

function readable(path: string): readonly PathStep[] | undefined {
  try {
    return parsePath(path);
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}

/** The first value at the path; undefined where there is none. */
function found(path: readonly PathStep[], object: KubeObject): unknown {
  try {
    return findAll(path, object)[0];
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}

function cell(type: string, value: unknown, now: number): string | number | boolean | null {
  if (value === undefined || value === null) return type === "string" && value === null ? "<nil>" : null;
  switch (type) {
    case "string":
      return asText(value);
    case "integer":
      return typeof value === "number" || typeof value === "bigint" ? Math.trunc(Number(value)) : null;
    case "number":
      return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? age(value, now) : null;
    default:
      return null;
  }
}

function age(time: string, now: number): string {
  if (time === "") return "<unknown>";
  return Number.isNaN(Date.parse(time)) ? "<invalid>" : since(time, now);
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" ? encodeSorted(value) : encodeRaw(value);
}

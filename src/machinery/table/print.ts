/** Objects as rows of a meta.k8s.io Table, which is what `kubectl get` asks for. */

import { encodeRaw } from "../json/encode.ts";
import { badRequest } from "../status/status-error.ts";
import { since } from "./duration.ts";

/** What a column needs of an object that is to be printed. */
export interface Printable {
  readonly metadata: { readonly name?: string; readonly creationTimestamp?: string };
}

export interface TableColumn<T> {
  readonly name: string;
  readonly type: "string" | "integer" | "date" | "boolean" | "number";
  readonly format?: string;
  readonly description?: string;
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority?: number;
  /** A cell without a definition, which no client shows. */
  readonly undefined?: true;
  value(object: T, now: number): unknown;
}

/** What stands beside the cells of a row. */
export type IncludeObject = "None" | "Metadata" | "Object";

export const nameColumn: TableColumn<Printable> = {
  name: "Name",
  type: "string",
  format: "name",
  description: "The object's name, unique among objects of its kind and namespace.",
  value: (object) => object.metadata.name ?? "",
};

/** The column that ends the default view of most kinds. */
export const ageColumn = {
  name: "Age",
  type: "string" as const,
  description: "How long ago the object was created.",
  value: (object: Printable, now: number): string => since(object.metadata.creationTimestamp, now),
};

const createdColumn: TableColumn<Printable> = {
  name: "Created At",
  type: "date",
  description: "When the object was created.",
  value: (object) => object.metadata.creationTimestamp ?? null,
};

/** @param columns the kind's own, the name among them (not always first: events end with it); absent for a kind that says nothing */
export function tableColumns<T extends Printable>(columns: readonly TableColumn<T>[] | undefined): readonly TableColumn<T>[] {
  return columns ?? [nameColumn, createdColumn];
}

/** @param asked the query parameter. @throws StatusError 400 for another word */
export function includeObject(asked: string | undefined): IncludeObject {
  if (asked === undefined || asked === "") return "Metadata";
  if (asked === "None" || asked === "Metadata" || asked === "Object") return asked;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/**
 * @param metadata the list's metadata as JSON; of a single object's table, `{"resourceVersion":"…"}`
 * @param columns undefined from the second event of a watch on, which repeats no definitions
 * @returns the JSON up to the rows, which are to be joined by commas and followed by `TABLE_END`
 */
export function tableStart(version: "v1" | "v1beta1", metadata: string, columns: readonly Omit<TableColumn<never>, "value">[] | undefined): string {
  const definitions = columns
    ?.filter((column) => !column.undefined)
    .map(({ name, type, format = "", description = "", priority = 0 }) => ({ name, type, format, description, priority }));
  return `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${metadata},"columnDefinitions":${encodeRaw(definitions ?? null)},"rows":[`;
}

export const TABLE_END = "]}";

/** @param object JSON of what stands beside the cells: the object, its PartialObjectMetadata, or undefined for nothing */
export function tableRow<T extends Printable>(columns: readonly TableColumn<T>[], item: T, now: number, object: string | undefined): string {
  let cells = "";
  for (const column of columns) cells += `${cells === "" ? "" : ","}${encodeRaw(column.value(item, now) ?? null)}`;
  return `{"cells":[${cells}],"object":${object ?? "null"}}`;
}

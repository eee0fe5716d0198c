/** Steps from a schema to the schemas below it, for code that walks objects and patches. */

import type { Field, Schema } from "./schema.ts";

/** @returns the struct's field of that name; undefined for other schemas and unknown names */
export function fieldOf(schema: Schema | undefined, name: string): Field | undefined {
  return schema?.type === "struct" ? schema.byName.get(name) : undefined;
}

/** @returns the schema of an object's member: a struct's field or a map's value */
export function memberSchema(schema: Schema | undefined, name: string): Schema | undefined {
  if (schema?.type === "map") return schema.values;
  return fieldOf(schema, name)?.schema;
}

export function itemSchema(schema: Schema | undefined): Schema | undefined {
  return schema?.type === "list" ? schema.items : undefined;
}

/** Whether JSON writes the field as `{}` when it is absent: a struct that isn't a pointer, which Go's omitempty never leaves out. */
export function writtenWhenEmpty(field: Field | undefined): boolean {
  return field?.schema.type === "struct" && !field.table.pointer && field.table.omit !== "zero";
}

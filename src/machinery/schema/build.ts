/** Builds the schema graph from the tables: type expressions resolved, inline structs spread out, recursive types closed by resolving late. */

import assert from "node:assert/strict";
import type { Field, ListSchema, MapSchema, MessageField, Scalar, ScalarSchema, Schema, StructSchema } from "./schema.ts";
import type { FieldTable, StructTable, TypeExpression } from "./table.ts";

/** Finds a struct's schema by its id; throws for an id that no table has. */
export type SchemaResolver = (id: string) => StructSchema;

const SCALARS: readonly Scalar[] = [
  "string",
  "bool",
  "int32",
  "int64",
  "float64",
  "bytes",
  "quantity",
  "intOrString",
  "time",
  "microTime",
  "duration",
  "raw",
  "fieldsV1",
];

/** One object for each scalar type, so that schemas compare by identity. */
export const scalarSchemas: ReadonlyMap<string, ScalarSchema> = new Map(SCALARS.map((scalar) => [scalar, { type: "scalar", scalar }]));

/** @returns the resolver over these tables; each struct is built once, when it is first looked at */
export function schemaOf(structs: Iterable<StructTable>): SchemaResolver {
  const tables = new Map<string, StructTable>();
  for (const table of structs) tables.set(table.id, table);
  const built = new Map<string, LazyStruct>();
  const composites = new Map<TypeExpression, ListSchema | MapSchema>();

  function struct(id: string): StructSchema {
    const known = built.get(id);
    if (known) return known;
    const table = tables.get(id);
    if (!table) throw new Error(`No table has a struct ${JSON.stringify(id)}`);
    const schema = new LazyStruct(table, resolve);
    built.set(id, schema);
    return schema;
  }

  function resolve(type: TypeExpression): Schema {
    const scalar = scalarSchemas.get(type);
    if (scalar) return scalar;
    const known = composites.get(type);
    if (known) return known;
    if (type.startsWith("[]")) return remember(type, { type: "list", items: resolve(type.slice(2)) });
    if (type.startsWith("map[]")) return remember(type, { type: "map", values: resolve(type.slice(5)) });
    return struct(type);
  }

  function remember(type: TypeExpression, schema: ListSchema | MapSchema): Schema {
    composites.set(type, schema);
    return schema;
  }

  return struct;
}

/** A struct whose fields are resolved on first use: only so can JSONSchemaProps contain itself. */
class LazyStruct implements StructSchema {
  readonly type = "struct";
  readonly id: string;
  readonly openapi: string;
  readonly atomic: boolean;
  readonly #table: StructTable;
  readonly #resolve: (type: TypeExpression) => Schema;
  #fields: readonly Field[] | undefined;
  #byName: ReadonlyMap<string, Field> | undefined;
  #messageFields: readonly MessageField[] | undefined;

  constructor(table: StructTable, resolve: (type: TypeExpression) => Schema) {
    this.id = table.id;
    this.openapi = table.openapi;
    this.atomic = table.atomic === true;
    this.#table = table;
    this.#resolve = resolve;
  }

  get fields(): readonly Field[] {
    this.#fields ??= this.#spread();
    return this.#fields;
  }

  get byName(): ReadonlyMap<string, Field> {
    this.#byName ??= new Map(this.fields.map((field) => [field.name, field]));
    return this.#byName;
  }

  get messageFields(): readonly MessageField[] {
    this.#messageFields ??= this.#table.fields
      .filter((table) => table.tag > 0)
      .map((table) => this.#messageField(table))
      .toSorted((a, b) => a.tag - b.tag);
    return this.#messageFields;
  }

  #messageField(table: FieldTable): MessageField {
    const union = table.message === undefined ? undefined : this.#resolve(table.message);
    if (union !== undefined) assert(union.type === "struct", `${table.message} is no struct`);
    return { tag: table.tag, name: table.inline ? undefined : table.name, schema: this.#resolve(table.type), table, union };
  }

  /** As in Go, a field of the struct itself hides one of the same name in a struct that it embeds. */
  #spread(): Field[] {
    const own = new Set(this.#table.fields.filter((table) => !table.inline).map((table) => table.name));
    return this.#table.fields.flatMap((table) => {
      const schema = this.#resolve(table.type);
      return table.inline ? embedded(table, schema).filter((field) => !own.has(field.name)) : [{ name: table.name, schema, table }];
    });
  }
}

function embedded(table: FieldTable, schema: Schema): Field[] {
  if (schema.type !== "struct") throw new Error(`The inline field ${table.name} is of type ${table.type}, which is no struct`);
  return schema.fields.map((field) => ({ ...field, within: field.within ? `${table.name}.${field.within}` : table.name }));
}

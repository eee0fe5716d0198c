/** OpenAPI v3 schemas of structs, with the x-kubernetes extensions by which clients patch, apply and explain. */

import type { Field, Scalar, Schema, StructSchema } from "../schema/schema.ts";
import type { FieldTable } from "../schema/table.ts";
import { DESCRIPTIONS } from "./descriptions.ts";

export type Json = { [name: string]: unknown };

export interface GroupVersionKind {
  readonly group: string;
  readonly kind: string;
  readonly version: string;
}

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** Scalars that have a definition of their own. */
const DEFINED: Partial<Record<Scalar, readonly [name: string, definition: Json]>> = {
  quantity: ["io.k8s.apimachinery.pkg.api.resource.Quantity", { oneOf: [{ type: "string" }, { type: "number" }] }],
  intOrString: ["io.k8s.apimachinery.pkg.util.intstr.IntOrString", { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] }],
  time: [`${META}.Time`, { format: "date-time", type: "string" }],
  microTime: [`${META}.MicroTime`, { format: "date-time", type: "string" }],
  duration: [`${META}.Duration`, { type: "string" }],
  fieldsV1: [`${META}.FieldsV1`, { type: "object" }],
};

const INLINE: Partial<Record<Scalar, Json>> = {
  string: { type: "string" },
  bool: { type: "boolean" },
  int32: { format: "int32", type: "integer" },
  int64: { format: "int64", type: "integer" },
  float64: { format: "double", type: "number" },
  bytes: { format: "byte", type: "string" },
};

/** Fields that refer to others and have nothing else to say; every other reference stands in an `allOf`, beside its prose. */
const UNDOCUMENTED: ReadonlySet<string> = new Set(
  ["additionalItems", "additionalProperties", "example", "externalDocs", "items", "not"].map((name) => `apiextensions.v1.JSONSchemaProps.${name}`),
);

/** Collects the definitions of one document as references ask for them. */
export class Definitions {
  readonly #all = new Map<string, Json>();
  readonly #kinds: ReadonlyMap<string, readonly GroupVersionKind[]>;

  /** @param kinds which structs are kinds, by OpenAPI name */
  constructor(kinds: ReadonlyMap<string, readonly GroupVersionKind[]>) {
    this.#kinds = kinds;
  }

  get size(): number {
    return this.#all.size;
  }

  /** @returns all definitions asked for so far, by name */
  all(): Json {
    return Object.fromEntries([...this.#all].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** @returns a reference to the struct, which is then in the document with all that it refers to */
  struct(schema: StructSchema): Json {
    if (!this.#all.has(schema.openapi)) {
      const definition: Json = {};
      this.#all.set(schema.openapi, definition);
      Object.assign(definition, this.#definition(schema));
    }
    return reference(schema.openapi);
  }

  /** @returns a reference to a definition that no table has */
  defined(name: string, definition: Json): Json {
    if (!this.#all.has(name)) this.#all.set(name, definition);
    return reference(name);
  }

  #definition(schema: StructSchema): Json {
    const required = schema.fields.filter((field) => field.table.required).map((field) => field.name);
    const kinds = this.#kinds.get(schema.openapi);
    const unions = unionsOf(schema.fields);
    return {
      type: "object",
      ...(schema.fields.length > 0 && { properties: Object.fromEntries(schema.fields.map((field) => [field.name, this.#property(field, schema)])) }),
      ...(required.length > 0 && { required }),
      ...(schema.atomic && { "x-kubernetes-map-type": "atomic" }),
      ...(kinds && { "x-kubernetes-group-version-kind": kinds }),
      ...(unions && { "x-kubernetes-unions": [unions] }),
    };
  }

  #property(field: Field, parent: StructSchema): Json {
    const { table } = field;
    const type = this.#type(field.schema, table, parent);
    const value = table.default ?? impliedDefault(field);
    const description = DESCRIPTIONS[`${parent.id}.${field.name}`];
    const bare = UNDOCUMENTED.has(`${parent.id}.${field.name}`);
    return {
      ...("$ref" in type && !bare ? { allOf: [type] } : type),
      ...(description !== undefined && { description }),
      ...(value !== undefined && { default: value }),
      ...(table.listType && { "x-kubernetes-list-type": table.listType }),
      ...(table.listMapKeys && { "x-kubernetes-list-map-keys": table.listMapKeys }),
      ...((table.mapType ?? table.structType) && { "x-kubernetes-map-type": table.mapType ?? table.structType }),
      ...(table.patchMergeKey && { "x-kubernetes-patch-merge-key": table.patchMergeKey }),
      ...(table.patchStrategy && { "x-kubernetes-patch-strategy": table.patchStrategy }),
    };
  }

  #type(schema: Schema, table: FieldTable, parent: StructSchema): Json {
    switch (schema.type) {
      case "struct":
        return this.struct(schema);
      case "list":
        return { type: "array", items: this.#type(schema.items, table, parent) };
      case "map":
        return { type: "object", additionalProperties: this.#type(schema.values, table, parent) };
      default: {
        if (schema.scalar === "raw") return this.#raw(table, parent);
        const own = DEFINED[schema.scalar];
        if (own) return this.defined(...own);
        return { ...INLINE[schema.scalar], ...(table.enum && { enum: table.enum.toSorted() }) };
      }
    }
  }

  /** Any JSON is a RawExtension everywhere but in CRDs, which name what kinds of JSON they hold. */
  #raw(table: FieldTable, parent: StructSchema): Json {
    const types = parent.openapi.slice(0, parent.openapi.lastIndexOf("."));
    if (parent.id === "apiextensions.v1.JSONSchemaProps") return this.defined(`${types}.${table.message?.split(".").at(-1) ?? "JSON"}`, {});
    return this.defined("io.k8s.apimachinery.pkg.runtime.RawExtension", { type: "object" });
  }
}

export function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** The default that OpenAPI shows for a field that JSON always writes: Go's zero. */
function impliedDefault({ schema, table }: Field): unknown {
  if (table.pointer) return undefined;
  if (schema.type === "struct") return table.omit === "zero" ? undefined : {};
  if (schema.type !== "scalar" || table.omit !== undefined) return undefined;
  switch (schema.scalar) {
    case "string":
      return "";
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "float64":
      return 0;
    default:
      return undefined;
  }
}

/** Members of a union are named by their field's Go name. */
function unionsOf(fields: readonly Field[]): Json | undefined {
  const members = fields.filter((field) => field.table.union === "member").map(({ name }) => [name, name.charAt(0).toUpperCase() + name.slice(1)] as const);
  if (members.length === 0) return undefined;
  const discriminator = fields.find((field) => field.table.union === "discriminator");
  return {
    ...(discriminator && { discriminator: discriminator.name }),
    "fields-to-discriminateBy": Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

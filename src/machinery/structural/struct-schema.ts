/** A structural schema in the form that ownership of fields works on (k8s.io/kube-openapi pkg/schemaconv). Made as far as objects need it. */

import type { Field, Scalar, ScalarSchema, Schema, StructSchema } from "../schema/schema.ts";
import type { FieldTable } from "../schema/table.ts";
import { META_FIELDS, type Structural } from "./structural.ts";

/** What is told of a resource beside its schema. */
export interface ResourceFacts {
  /** Unique among all structs. */
  readonly id: string;
  /** The name of its OpenAPI definition: `com.example.v1.Widget`. */
  readonly openapi: string;
  /** The schema of metadata. */
  readonly metadata: StructSchema;
}

const scalar = (name: Scalar): ScalarSchema => ({ type: "scalar", scalar: name });
const STRING = scalar("string");
/** JSON that nothing is known of. */
const ANY: ScalarSchema = { type: "scalar", scalar: "raw", open: true };
const SCALARS: Readonly<Record<string, ScalarSchema>> = { string: STRING, integer: scalar("int64"), number: scalar("float64"), boolean: scalar("bool") };
const INT_OR_STRING = scalar("intOrString");

/** @param schema undefined where the resource may be anything */
export function resourceSchema(schema: Structural | undefined, facts: ResourceFacts): StructSchema {
  return new CustomStruct({ schema, preserve: schema === undefined || schema.preserve, isResource: true, ...facts });
}

interface StructFacts extends ResourceFacts {
  readonly schema: Structural | undefined;
  /** Whether unknown members are kept in it, and so in all that is below it. */
  readonly preserve: boolean;
  /** Whether it has a kind, a version and metadata. */
  readonly isResource: boolean;
}

/** The fields are made on first use: many definitions are never written to. */
class CustomStruct implements StructSchema {
  readonly type = "struct";
  readonly id: string;
  readonly openapi: string;
  readonly atomic = false;
  readonly open?: true;
  readonly messageFields = [];
  readonly #facts: StructFacts;
  #fields: readonly Field[] | undefined;
  #byName: ReadonlyMap<string, Field> | undefined;

  constructor(facts: StructFacts) {
    this.id = facts.id;
    this.openapi = facts.openapi;
    this.#facts = facts;
    if (facts.preserve) this.open = true;
  }

  get fields(): readonly Field[] {
    this.#fields ??= this.#make();
    return this.#fields;
  }

  get byName(): ReadonlyMap<string, Field> {
    this.#byName ??= new Map(this.fields.map((field) => [field.name, field]));
    return this.#byName;
  }

  #make(): Field[] {
    const { schema, preserve, isResource, metadata } = this.#facts;
    const own = [...(schema?.properties ?? [])].filter(([name]) => !isResource || !META_FIELDS.has(name));
    const fields = own.map(([name, one]): Field => {
      return { name, schema: convert(one, { preserve, metadata, id: `${this.id}.${name}` }), table: tableOf(name, one) };
    });
    if (isResource) {
      for (const name of ["apiVersion", "kind"]) fields.push({ name, schema: STRING, table: plainTable(name) });
      fields.push({ name: "metadata", schema: metadata, table: plainTable("metadata") });
    }
    return fields.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

type Around = Pick<StructFacts, "preserve" | "metadata" | "id">;

/** @param around what the value stands in */
function convert(schema: Structural, around: Around): Schema {
  if (schema.intOrString) return INT_OR_STRING;
  const preserve = around.preserve || schema.preserve;
  const below = (suffix: string): Around => ({ ...around, preserve, id: around.id + suffix });
  if (schema.type === "" && schema.properties.size === 0) return ANY;
  if (schema.type === "array") return { type: "list", items: schema.items ? convert(schema.items, below("[]")) : ANY };
  const known = SCALARS[schema.type];
  if (known) return known;
  const { id, metadata } = around;
  if (schema.properties.size > 0 || schema.embedded) return new CustomStruct({ schema, preserve, isResource: schema.embedded, id, openapi: id, metadata });
  return { type: "map", values: typeof schema.additional === "object" ? convert(schema.additional, below("{}")) : ANY };
}

function plainTable(name: string): FieldTable {
  return { name, type: "", tag: 0, omit: "empty", pointer: true };
}

function tableOf(name: string, schema: Structural): FieldTable {
  const { listType, mapType } = schema;
  return {
    ...plainTable(name),
    ...((listType === "atomic" || listType === "set" || listType === "map") && { listType }),
    ...(schema.listMapKeys.length > 0 && { listMapKeys: schema.listMapKeys }),
    ...((mapType === "atomic" || mapType === "granular") && { mapType }),
    ...(schema.default !== undefined && { default: schema.default }),
  };
}

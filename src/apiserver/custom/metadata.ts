/** Metadata of custom resources: the fields that all metadata have, written by the alphabet. */

import { schema } from "../../api/schemas.ts";
import { membersEncoder } from "../../machinery/json/encode.ts";
import type { Field, Schema, StructSchema } from "../../machinery/schema/schema.ts";

/** The schema of metadata as all kinds have them. */
export const metadataSchema: StructSchema = schema("meta.v1.ObjectMeta");

function byName(fields: readonly Field[]): Field[] {
  return fields.map((field) => ({ ...field, schema: sorted(field.schema) })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sorted(one: Schema): Schema {
  if (one.type === "list") return { type: "list", items: sorted(one.items) };
  if (one.type !== "struct") return one;
  const fields = byName(one.fields);
  return {
    ...one,
    id: one.id,
    openapi: one.openapi,
    atomic: one.atomic,
    type: "struct",
    messageFields: [],
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
  };
}

const fields = byName(metadataSchema.fields);
const hole = fields.findIndex(({ name }) => name === "resourceVersion");
const before = membersEncoder(fields.slice(0, hole));
const after = membersEncoder(fields.slice(hole + 1));

/** @returns the JSON of metadata with a NUL in place of the resourceVersion, as stored objects have it */
export function encodeMetadataWithHole(metadata: object): string {
  const head = before(metadata);
  return `{${head}${head && ","}\u0000${after(metadata)}}`;
}

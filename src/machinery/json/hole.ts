/**
 * Stored bytes: an object's JSON with a hole where its resourceVersion belongs, which is the store's revision and known only after the
 * write. The hole is one NUL byte in place of the member `"resourceVersion":"…",`; no JSON has a raw NUL anywhere else.
 */

import type { Field, StructSchema } from "../schema/schema.ts";
import { membersEncoder } from "./encode.ts";

type Encoder = (value: unknown) => string;

const encoders = new WeakMap<StructSchema, Encoder>();

/** @returns the JSON of an object with the hole; whatever resourceVersion it has is left out */
export function encodeWithHole(object: object, schema: StructSchema): string {
  let encoder = encoders.get(schema);
  if (!encoder) {
    encoder = holeEncoder(schema);
    encoders.set(schema, encoder);
  }
  return encoder(object);
}

function holeEncoder(schema: StructSchema): Encoder {
  const metadata = schema.byName.get("metadata");
  if (metadata?.schema.type !== "struct") throw new Error(`${schema.id} has no metadata to hold a resourceVersion`);
  const [before, after] = around(schema.fields, "metadata");
  const [metaBefore, metaAfter] = around(metadata.schema.fields, "resourceVersion");
  return function encodeAroundHole(value) {
    const meta = (value as { metadata?: unknown }).metadata; // An object of the API: the schema has the member.
    const head = before(value);
    const metaHead = metaBefore(meta);
    const tail = after(value);
    return `{${head}${head && ","}"metadata":{${metaHead}${metaHead && ","}\u0000${metaAfter(meta)}}${tail && ","}${tail}}`;
  };
}

/** Encoders of the fields on both sides of one. */
function around(fields: readonly Field[], name: string): [Encoder, Encoder] {
  const at = fields.findIndex((field) => field.name === name);
  if (at < 0) throw new Error(`There is no field ${JSON.stringify(name)} to go around`);
  return [membersEncoder(fields.slice(0, at)), membersEncoder(fields.slice(at + 1))];
}

const CLOSING_BRACE = 0x7d;

/** @returns a copy of the stored bytes with the resourceVersion in the hole: what a GET answers */
export function fillHole(bytes: Uint8Array, resourceVersion: number | bigint | string): Buffer {
  const hole = bytes.indexOf(0);
  if (hole < 0) throw new Error("The stored object has no place for its resourceVersion");
  const member = `"resourceVersion":"${resourceVersion}"${bytes[hole + 1] === CLOSING_BRACE ? "" : ","}`;
  const filled = Buffer.allocUnsafe(bytes.length - 1 + member.length);
  filled.set(bytes.subarray(0, hole), 0);
  filled.write(member, hole, "latin1");
  filled.set(bytes.subarray(hole + 1), hole + member.length);
  return filled;
}

/**
 * JSON data as CBOR (RFC 8949), as Kubernetes writes it (KEP-4222): self-described, core deterministic encoding, strings as byte strings because Go's needn't be
 * UTF-8, bytes under tag 22 so that a reader without the type knows that JSON has them in base64.
 */

import type { JsonValue } from "../json/document.ts";
import type { Schema } from "../schema/schema.ts";

/** Tag 55799: says that what follows is CBOR. */
export const SELF_DESCRIBED: Buffer = Buffer.from([0xd9, 0xd9, 0xf7]);

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const LATER_BASE64 = 22;
const NULL = Buffer.from([0xf6]);
const FALSE = Buffer.from([0xf4]);
const TRUE = Buffer.from([0xf5]);

/** @param schema says which strings are base64 of bytes; without one none is */
export function encodeCbor(value: JsonValue, schema?: Schema): Buffer {
  const parts: Uint8Array[] = [SELF_DESCRIBED];
  write(value, schema, parts);
  return Buffer.concat(parts);
}

/** @returns the value by itself, without saying that it is CBOR: as a part of another */
export function encodeCborPart(value: JsonValue, schema?: Schema): Buffer {
  return encodeCbor(value, schema).subarray(SELF_DESCRIBED.length);
}

/** @returns what stands before so many items of a list */
export function listHead(length: number): Buffer {
  return head(ARRAY, length);
}

/** @returns what stands before so many members of a map: each is its key and then its value */
export function mapHead(size: number): Buffer {
  return head(MAP, size);
}

function write(value: JsonValue, schema: Schema | undefined, parts: Uint8Array[]): void {
  if (value === null) parts.push(NULL);
  else if (typeof value === "boolean") parts.push(value ? TRUE : FALSE);
  else if (typeof value === "string") parts.push(...stringParts(value, schema));
  else if (typeof value === "bigint") parts.push(integer(value));
  else if (typeof value === "number") parts.push(Number.isSafeInteger(value) ? integer(BigInt(value)) : float(value));
  else if (Array.isArray(value)) {
    parts.push(head(ARRAY, value.length));
    for (const item of value) write(item, schema?.type === "list" ? schema.items : undefined, parts);
  } else writeMap(value, schema, parts);
}

function writeMap(value: { [key: string]: JsonValue }, schema: Schema | undefined, parts: Uint8Array[]): void {
  const entries = Object.keys(value).map((key) => [text(key), key] as const);
  parts.push(head(MAP, entries.length));
  for (const [name, key] of entries.sort(([a], [b]) => Buffer.compare(a, b))) {
    parts.push(name);
    write(value[key]!, memberSchema(schema, key), parts);
  }
}

function memberSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === "struct") return schema.byName.get(key)?.schema;
  return schema?.type === "map" ? schema.values : undefined;
}

function stringParts(value: string, schema: Schema | undefined): Buffer[] {
  if (schema?.type !== "scalar" || schema.scalar !== "bytes") return [text(value)];
  const bytes = Buffer.from(value, "base64");
  return [head(TAG, LATER_BASE64), head(BYTES, bytes.length), bytes];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([head(BYTES, bytes.length), bytes]);
}

function integer(value: bigint): Buffer {
  return value < 0n ? head(NEGATIVE, -1n - value) : head(UNSIGNED, value);
}

/** The initial byte with its argument, as short as it can be. */
function head(major: number, argument: number | bigint): Buffer {
  const first = major << 5;
  if (argument < 24) return Buffer.from([first | Number(argument)]);
  if (argument < 0x100) return Buffer.from([first | 24, Number(argument)]);
  const bytes = Buffer.alloc(argument < 0x10000 ? 3 : argument < 0x1_0000_0000 ? 5 : 9);
  if (bytes.length === 9) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUIntBE(Number(argument), 1, bytes.length - 1);
  bytes[0] = first | (bytes.length === 3 ? 25 : bytes.length === 5 ? 26 : 27);
  return bytes;
}

/** The narrowest of the three widths that holds the value. */
function float(value: number): Buffer {
  if (Math.f16round(value) === value) {
    const bytes = new DataView(new ArrayBuffer(3));
    bytes.setUint8(0, 0xf9);
    bytes.setFloat16(1, value);
    return Buffer.from(bytes.buffer);
  }
  const bytes = Buffer.alloc(Math.fround(value) === value ? 5 : 9);
  bytes[0] = bytes.length === 5 ? 0xfa : 0xfb;
  if (bytes.length === 5) bytes.writeFloatBE(value, 1);
  else bytes.writeDoubleBE(value, 1);
  return bytes;
}

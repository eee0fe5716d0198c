/**
 * OpenAPI documents as protobuf messages: the form of gnostic-models, in which older clients of Kubernetes read them. The messages are declared in `proto-v2.ts` and
 * `proto-v3.ts`; what they leave out is written as extensions, as YAML.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { JsonValue } from "../json/document.ts";
import { isObject, type Plain } from "../plain.ts";
import { encodeYaml } from "../yaml/encode.ts";

/** How a member becomes a field. `any` is YAML, `named` a map whose entries are messages with a name and a value. */
export type FieldType = "string" | "bool" | "int" | "double" | "any" | MessageType | { readonly list: FieldType } | { readonly named: FieldType };

export interface MessageType {
  /** Fields by the member's name. */
  readonly fields?: Readonly<Record<string, readonly [tag: number, type: FieldType]>>;
  /** The one field that holds all members whose names begin so: paths, status codes, the entries of a map. */
  readonly entries?: { readonly prefix: RegExp; readonly tag: number; readonly type: FieldType };
  /** The field of extensions: members that begin with `x-`. */
  readonly extensions?: number;
  /** Wraps the value itself in a field: what it is is told by looking at it. */
  readonly choose?: (value: unknown) => readonly [tag: number, type: FieldType] | undefined;
}

const EXTENSION = /^x-/;
/** Entries encoded in one turn of the event loop. */
const ENTRIES_PER_TURN = 20;

/** @returns the document's message; large maps take several turns of the event loop */
export async function encodeDocument(document: Plain, type: MessageType): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const [name, [tag, field]] of byTag(type)) {
    const value = document[name];
    if (value === undefined) continue;
    const map = typeof field === "object" && "entries" in field ? field : undefined;
    if (map && isObject(value)) parts.push(bytesField(tag, Buffer.concat(await entriesInTurns(value, map))));
    else parts.push(fieldOf(tag, field, value));
  }
  return Buffer.concat(parts);
}

async function entriesInTurns(value: Plain, { entries }: MessageType): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  for (const [index, [name, member]] of Object.entries(value).entries()) {
    if (entries) parts.push(bytesField(entries.tag, named(name, entries.type, member)));
    if (index % ENTRIES_PER_TURN === ENTRIES_PER_TURN - 1) await nextTurn();
  }
  return parts;
}

function byTag({ fields = {} }: MessageType): [name: string, field: readonly [tag: number, type: FieldType]][] {
  return Object.entries(fields).sort(([, [a]], [, [b]]) => a - b);
}

const sorted = new WeakMap<MessageType, [string, readonly [number, FieldType]][]>();

function message(value: unknown, type: MessageType): Buffer {
  const chosen = type.choose?.(value);
  if (chosen) return element(chosen[0], chosen[1], value); // One of several is written even when it is zero.
  if (!isObject(value)) return Buffer.alloc(0);
  const parts: [tag: number, bytes: Buffer][] = [];
  for (const [name, [tag, field]] of sorted.getOrInsertComputed(type, byTag))
    if (value[name] !== undefined) parts.push([tag, fieldOf(tag, field, value[name])]);
  const { entries, extensions, fields = {} } = type;
  if (entries || extensions !== undefined) {
    for (const [name, member] of Object.entries(value)) {
      if (extensions !== undefined && EXTENSION.test(name)) parts.push([extensions, bytesField(extensions, named(name, "any", member))]);
      else if (entries?.prefix.test(name) && !Object.hasOwn(fields, name))
        parts.push([entries.tag, bytesField(entries.tag, named(name, entries.type, member))]);
    }
  }
  return Buffer.concat(parts.sort(([a], [b]) => a - b).map(([, bytes]) => bytes));
}

/** Zero values aren't written (proto3), messages and members of lists are. */
function fieldOf(tag: number, type: FieldType, value: unknown): Buffer {
  if (typeof type === "object" && "list" in type) return Buffer.concat((Array.isArray(value) ? value : []).map((item) => element(tag, type.list, item)));
  if (typeof type === "object" && "named" in type) {
    return Buffer.concat(Object.entries(isObject(value) ? value : {}).map(([name, member]) => bytesField(tag, named(name, type.named, member))));
  }
  if (value === "" || value === false || value === 0) return typeof type === "object" || type === "any" ? element(tag, type, value) : Buffer.alloc(0);
  return element(tag, type, value);
}

function element(tag: number, type: FieldType, value: unknown): Buffer {
  switch (type) {
    case "string":
      return bytesField(tag, Buffer.from(String(value)));
    case "bool":
      return Buffer.concat([varint(tag << 3), varint(value === true ? 1 : 0)]);
    case "int":
      return Buffer.concat([varint(tag << 3), varint(Number(value))]);
    case "double":
      return double(tag, Number(value));
    case "any":
      return bytesField(tag, bytesField(2, Buffer.from(encodeYaml(value as JsonValue)))); // Documents are JSON.
    default:
      return "list" in type || "named" in type ? fieldOf(tag, type, value) : bytesField(tag, message(value, type));
  }
}

function named(name: string, type: FieldType, value: unknown): Buffer {
  return Buffer.concat([bytesField(1, Buffer.from(name)), element(2, type, value)]);
}

function double(tag: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((tag << 3) | 1), bytes]);
}

function bytesField(tag: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((tag << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A map, each entry of which is a message in the same field. */
export function mapMessage(type: FieldType, tag = 1, prefix = /^/): MessageType {
  return { entries: { prefix, tag, type } };
}

/** @returns a message that holds a reference in one field and anything else in another */
export function orReference(tag: number, type: FieldType, referenceTag: number, reference: MessageType): MessageType {
  return { choose: (value) => (isObject(value) && value.$ref !== undefined ? [referenceTag, reference] : [tag, type]) };
}

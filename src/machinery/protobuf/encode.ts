/** Encodes data by a schema as Kubernetes' generated protobuf code does: tags ascending, zero values of non-pointer fields written, map keys sorted. */

import { sortedKeys } from "../json/key-order.ts";
import type { MessageField, Schema, StructSchema } from "../schema/schema.ts";
import { type Payload, scalarPayloads } from "./payloads.ts";
import { unionMembers } from "./union.ts";
import { BackwardWriter, BYTES, fieldKey } from "./writer.ts";

type Members = Readonly<Record<string, unknown>>;
/** Writes one field of an object with its tag, or nothing where the field is nil. */
type FieldWriter = (object: Members, writer: BackwardWriter) => void;

const EMPTY: Members = Object.freeze(Object.create(null));
const messages = new WeakMap<StructSchema, Payload>();
const writer = new BackwardWriter();

/** @returns the message by itself, without Kubernetes' envelope */
export function encodeMessage(object: object, schema: StructSchema): Buffer {
  try {
    messagePayload(schema).write(object, writer);
    return writer.take();
  } finally {
    writer.reset();
  }
}

function messagePayload(schema: StructSchema): Payload {
  const known = messages.get(schema);
  if (known) return known;
  let fields: FieldWriter[] | undefined; // Made on first use: a recursive type would otherwise never end.
  const made: Payload = {
    wire: BYTES,
    write(value, writer) {
      fields ??= schema.messageFields.map(fieldWriter).reverse();
      const object = (value ?? EMPTY) as Members; // The schema is what says so.
      for (const write of fields) write(object, writer);
    },
  };
  messages.set(schema, made);
  return made;
}

function fieldWriter(field: MessageField): FieldWriter {
  const { name, schema, table, tag } = field;
  if (schema.type === "map") return memberWriter(name, mapWriter(tag, elementPayload(schema.values, field)));
  if (schema.type === "list" && !table.wrapped) return memberWriter(name, listWriter(tag, elementPayload(schema.items, field)));
  const payload = elementPayload(schema, field);
  const key = fieldKey(tag, payload.wire);
  if (name === undefined) return (object, writer) => emit(object, payload, key, writer);
  const nilable = table.pointer || schema.type === "list" || (schema.type === "scalar" && schema.scalar === "bytes");
  if (nilable) return memberWriter(name, (value, writer) => emit(value, payload, key, writer));
  return (object, writer) => emit(object[name] ?? undefined, payload, key, writer);
}

/** Leaves the field out where the value is nil. */
function memberWriter(name: string | undefined, write: (value: unknown, writer: BackwardWriter) => void): FieldWriter {
  if (name === undefined) throw new Error("Only structs can be inline");
  return (object, writer) => {
    const value = object[name];
    if (value !== undefined && value !== null) write(value, writer);
  };
}

/** Value, length where the type has one, tag: backwards. */
function emit(value: unknown, payload: Payload, key: number, writer: BackwardWriter): void {
  const mark = writer.length;
  payload.write(value, writer);
  if (payload.wire === BYTES) writer.varint(writer.length - mark);
  writer.varint(key);
}

/** How a value of the type is written; for lists and maps, their elements. */
function elementPayload(schema: Schema, { union, table }: MessageField): Payload {
  if (union) return unionPayload(union);
  if (schema.type === "scalar") return scalarPayloads[schema.scalar];
  if (schema.type === "struct") return messagePayload(schema);
  if (table.wrapped && schema.type === "list" && schema.items.type === "scalar") return listMessage(scalarPayloads[schema.items.scalar]);
  throw new Error("Protobuf has no list of lists, nor of maps");
}

function listWriter(tag: number, payload: Payload) {
  const key = fieldKey(tag, payload.wire);
  return (value: unknown, writer: BackwardWriter): void => {
    const list = value as readonly unknown[]; // The schema is what says so.
    for (let i = list.length - 1; i >= 0; i--) emit(list[i], payload, key, writer);
  };
}

/** Entries are messages of key 1 and value 2. */
function mapWriter(tag: number, payload: Payload) {
  const key = fieldKey(tag, BYTES);
  const valueKey = fieldKey(2, payload.wire);
  const nameKey = fieldKey(1, BYTES);
  const name = scalarPayloads.string;
  return (value: unknown, writer: BackwardWriter): void => {
    const map = value as Members; // The schema is what says so.
    const names = sortedKeys(map);
    for (let i = names.length - 1; i >= 0; i--) {
      const mark = writer.length;
      emit(map[names[i]!], payload, valueKey, writer);
      emit(names[i], name, nameKey, writer);
      writer.varint(writer.length - mark);
      writer.varint(key);
    }
  };
}

/** A list that is a message of its own, with the items as field 1. */
function listMessage(items: Payload): Payload {
  const write = listWriter(1, items);
  return { wire: BYTES, write: (value, writer) => value !== undefined && value !== null && write(value, writer) };
}

function unionPayload(union: StructSchema): Payload {
  const message = messagePayload(union);
  return { wire: BYTES, write: (value, writer) => message.write(unionMembers(value, union), writer) };
}

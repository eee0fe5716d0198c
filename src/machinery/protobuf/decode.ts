/** Decodes protobuf by a schema, within budgets. What JSON would leave out as zero is absent here too. */

import { DecodeError } from "../json/decode-error.ts";
import { isValueError } from "../json/exact.ts";
import { zeroOf } from "../json/zero.ts";
import type { MessageField, Scalar, Schema, StructSchema } from "../schema/schema.ts";
import { Reader } from "./reader.ts";
import { scalarReaders } from "./scalar-readers.ts";
import { unionValue } from "./union.ts";
import { BYTES } from "./writer.ts";

export interface ProtobufBudget {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Fields in all messages together. */
  readonly maxFields: number;
}

/** A request's body; the same limits as JSON has. */
export const protobufBudget: ProtobufBudget = { maxBytes: 3 * 1024 * 1024, maxDepth: 500, maxFields: 100_000 };

/** Scalars that cost microseconds each; no object has a thousand. */
const COSTLY: ReadonlySet<Scalar> = new Set<Scalar>(["quantity", "time", "microTime", "duration"]);
const COSTLY_MAX = 20_000;

type Members = Record<string, unknown>;

/** Decodes one message without its envelope; throws `DecodeError`. */
export function decodeMessage<T extends object>(bytes: Uint8Array, schema: StructSchema, budget: ProtobufBudget = protobufBudget): T {
  if (bytes.length > budget.maxBytes) throw new DecodeError(`proto: the message is larger than ${budget.maxBytes} bytes`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return new Decoder(budget).message(new Reader(buffer), schema) as T; // The schema is what says that it is a T.
  } catch (error) {
    throw isValueError(error) ? new DecodeError(error.message, { cause: error }) : error;
  }
}

class Decoder {
  readonly #budget: ProtobufBudget;
  #depth = 0;
  #fields = 0;
  #costly = 0;

  constructor(budget: ProtobufBudget) {
    this.#budget = budget;
  }

  /** @returns the members in the schema's order */
  message(reader: Reader, schema: StructSchema): Members {
    const found: Members = {};
    this.#into(found, reader, schema);
    return inOrder(found, schema);
  }

  #into(found: Members, reader: Reader, schema: StructSchema): void {
    if (++this.#depth > this.#budget.maxDepth) throw new DecodeError("exceeded max depth");
    const type = schema.id.slice(schema.id.lastIndexOf(".") + 1);
    while (reader.next(type)) {
      this.#count();
      const field = byTag(schema).get(reader.tag);
      if (field === undefined) reader.skip();
      else this.#field(found, reader, field);
    }
    this.#depth--;
  }

  #field(found: Members, reader: Reader, field: MessageField): void {
    const { name, schema, table } = field;
    if (name === undefined) {
      reader.expect(BYTES, table.name);
      if (schema.type === "struct") this.#into(found, reader.message(), schema);
      return;
    }
    if (schema.type === "map") {
      this.#entry(members(found, name), reader, field, schema.values);
    } else if (schema.type === "list" && !table.wrapped) {
      append(found, name, this.#value(reader, field, schema.items) ?? zeroOf(schema.items));
    } else {
      const value = this.#value(reader, field, schema);
      if (table.pointer || !isZero(value, schema)) found[name] = value;
      else if (name in found) found[name] = undefined;
    }
  }

  #entry(map: Members, reader: Reader, field: MessageField, schema: Schema): void {
    reader.expect(BYTES, field.table.name);
    const entry = reader.message();
    let key = "";
    let value: unknown;
    while (entry.next(field.table.name)) {
      this.#count();
      if (entry.tag === 1) key = entry.text();
      else if (entry.tag === 2) value = this.#value(entry, field, schema);
      else entry.skip();
    }
    map[key] = value ?? zeroOf(schema);
  }

  #value(reader: Reader, field: MessageField, schema: Schema): unknown {
    const { table, union } = field;
    if (union) {
      reader.expect(BYTES, table.name);
      return unionValue(this.message(reader.message(), union), union);
    }
    if (schema.type === "scalar") {
      const scalar = scalarReaders[schema.scalar];
      reader.expect(scalar.wire, table.name);
      if (COSTLY.has(schema.scalar) && ++this.#costly > COSTLY_MAX)
        throw new DecodeError(`proto: the message has more than ${COSTLY_MAX} quantities and times`);
      return scalar.read(reader);
    }
    reader.expect(BYTES, table.name);
    if (schema.type === "struct") return this.message(reader.message(), schema);
    return this.#wrapped(reader.message(), table.name);
  }

  #wrapped(reader: Reader, type: string): string[] {
    const list: string[] = [];
    while (reader.next(type)) {
      this.#count();
      if (reader.tag === 1) list.push(reader.text());
      else reader.skip();
    }
    return list;
  }

  #count(): void {
    if (++this.#fields > this.#budget.maxFields) throw new DecodeError(`proto: the message has more than ${this.#budget.maxFields} fields`);
  }
}

/** Tags ascend much as the schema's fields do, so that most objects are in order as they are read. */
function inOrder(found: Members, schema: StructSchema): Members {
  const indexes = indexesOf(schema);
  let last = -1;
  for (const name in found) {
    const index = indexes.get(name) ?? -1;
    if (index < last || found[name] === undefined) return reordered(found, schema);
    last = index;
  }
  return found;
}

function reordered(found: Members, schema: StructSchema): Members {
  const object: Members = {};
  for (const { name } of schema.fields) {
    const value = found[name];
    if (value !== undefined) object[name] = value;
  }
  return object;
}

const indexes = new WeakMap<StructSchema, ReadonlyMap<string, number>>();

function indexesOf(schema: StructSchema): ReadonlyMap<string, number> {
  let map = indexes.get(schema);
  if (!map) {
    map = new Map(schema.fields.map(({ name }, index) => [name, index]));
    indexes.set(schema, map);
  }
  return map;
}

const tags = new WeakMap<StructSchema, ReadonlyMap<number, MessageField>>();

function byTag(schema: StructSchema): ReadonlyMap<number, MessageField> {
  let map = tags.get(schema);
  if (!map) {
    map = new Map(schema.messageFields.map((field) => [field.tag, field]));
    tags.set(schema, map);
  }
  return map;
}

/** The map that is being filled at this member. */
function members(found: Members, name: string): Members {
  found[name] ??= Object.create(null);
  return found[name] as Members; // Only this function puts something there.
}

/** Adds to the list that is being filled at this member. */
function append(found: Members, name: string, item: unknown): void {
  const list = found[name];
  if (Array.isArray(list)) list.push(item);
  else found[name] = [item];
}

/** Go's zero value, which in a field that is no pointer means absent. */
function isZero(value: unknown, schema: Schema): boolean {
  if (schema.type === "struct") return Object.keys(value as object).length === 0;
  if (schema.type !== "scalar" || schema.scalar === "bytes") return false;
  if (schema.scalar === "quantity") return value === "0";
  if (schema.scalar === "duration") return value === "0s";
  if (schema.scalar === "intOrString") return value === 0;
  return value === undefined || value === "" || value === 0 || value === false;
}

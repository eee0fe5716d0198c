/** Encodes data by a schema, byte for byte as kube-apiserver does: Go's order of fields, Go's rules for leaving them out, Go's escapes. */

import type { Field, ListSchema, MapSchema, Scalar, Schema, StructSchema } from "../schema/schema.ts";
import { encodeFieldsV1 } from "./fields-v1.ts";
import { sortedKeys } from "./key-order.ts";
import { omission, zeroJson } from "./omission.ts";
import { quoteJson } from "./quote.ts";

type Encoder = (value: unknown) => string;

const encoders = new WeakMap<Schema, Encoder>();

/** @returns the JSON, without the newline that kube-apiserver puts after a single object */
export function encode(object: unknown, schema: Schema): string {
  return encoderOf(schema)(object);
}

/** @returns the encoder of a schema; made once */
export function encoderOf(schema: Schema): Encoder {
  const known = encoders.get(schema);
  if (known) return known;
  const made = make(schema);
  encoders.set(schema, made);
  return made;
}

function make(schema: Schema): Encoder {
  switch (schema.type) {
    case "struct":
      return structEncoder(schema);
    case "list":
      return listEncoder(schema);
    case "map":
      return mapEncoder(schema);
    case "scalar":
      return SCALARS[schema.scalar];
  }
}

function structEncoder(schema: StructSchema): Encoder {
  let members: Encoder | undefined; // Made on first use: a recursive type would otherwise never end.
  return function encodeStruct(value) {
    members ??= membersEncoder(schema.fields);
    return `{${members(value)}}`;
  };
}

interface FieldEncoder {
  readonly name: string;
  /** `"name":` */
  readonly key: string;
  readonly encode: Encoder;
  /** What stands for an absent value; undefined where the field is then left out. */
  readonly absent: string | undefined;
  /** Whether a value that is there is left out all the same. */
  readonly omits: ((value: unknown) => boolean) | undefined;
}

/** @returns what writes these fields of an object, without the braces */
export function membersEncoder(fields: readonly Field[]): Encoder {
  const encoders = fields.map(fieldEncoder);
  return function encodeMembers(value) {
    if (value === undefined || value === null) value = EMPTY;
    const object = value as Record<string, unknown>; // The schema is what says so.
    let json = "";
    for (let i = 0; i < encoders.length; i++) {
      const field = encoders[i]!;
      const member = object[field.name];
      let text: string;
      if (member === undefined || member === null) {
        if (field.absent === undefined) continue;
        text = field.absent;
      } else {
        if (field.omits?.(member)) continue;
        text = field.encode(member);
      }
      json += json === "" ? field.key + text : `,${field.key}${text}`;
    }
    return json;
  };
}

const EMPTY: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));

function fieldEncoder({ name, schema, table }: Field): FieldEncoder {
  const { whenAbsent, omits } = omission(schema, table);
  const absent = {
    omit: undefined,
    null: "null",
    get zero() {
      return zeroJson(schema, encoderOf);
    },
  }[whenAbsent];
  return { name, key: `${JSON.stringify(name)}:`, encode: encoderOf(schema), absent, omits };
}

function listEncoder(schema: ListSchema): Encoder {
  let encodeItem: Encoder | undefined;
  return function encodeList(value) {
    encodeItem ??= encoderOf(schema.items);
    const list = value as readonly unknown[]; // The schema is what says so.
    if (list.length === 0) return "[]";
    let json = `[${encodeItem(list[0])}`;
    for (let i = 1; i < list.length; i++) json += `,${encodeItem(list[i])}`;
    return `${json}]`;
  };
}

function mapEncoder(schema: MapSchema): Encoder {
  let encodeValue: Encoder | undefined;
  return function encodeMap(value) {
    encodeValue ??= encoderOf(schema.values);
    const map = value as Readonly<Record<string, unknown>>; // The schema is what says so.
    let json = "";
    for (const key of sortedKeys(map)) json += `${json === "" ? "" : ","}${quoteJson(key)}:${encodeValue(map[key])}`;
    return `{${json}}`;
  };
}

/** Any JSON, its members in their own order, as Kubernetes keeps raw bytes. */
export function encodeRaw(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return quoteJson(value);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(encodeRaw).join(",")}]`;
  let json = "";
  for (const [key, member] of Object.entries(value)) json += `${json === "" ? "" : ","}${quoteJson(key)}:${encodeRaw(member)}`;
  return `{${json}}`;
}

const quoted: Encoder = (value) => (typeof value === "string" ? quoteJson(value) : "null");
/** Go and JavaScript write doubles alike. */
const literal: Encoder = (value) => String(value);

const SCALARS: Readonly<Record<Scalar, Encoder>> = {
  string: quoted,
  bool: literal,
  int32: literal,
  int64: literal,
  float64: literal,
  bytes: quoted,
  quantity: quoted,
  intOrString: (value) => (typeof value === "string" ? quoteJson(value) : String(value)),
  time: quoted,
  microTime: quoted,
  duration: quoted,
  raw: encodeRaw,
  fieldsV1: (value) => encodeFieldsV1(value, encodeRaw),
};

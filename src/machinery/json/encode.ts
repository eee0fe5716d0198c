/** Encodes data by a schema, byte for byte as kube-apiserver does: Go's order of fields, Go's rules for leaving them out, Go's escapes. */

import type { Field, ListSchema, MapSchema, Scalar, Schema, StructSchema } from "../schema/schema.ts";
import { encodeFieldsV1 } from "./fields-v1.ts";
import { sortedKeys } from "./key-order.ts";
import { omission, zeroJson } from "./omission.ts";
import { isSimple, quoteJson } from "./quote.ts";

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

type Members = Readonly<Record<string, unknown>>;

interface FieldEncoder {
  readonly index: number;
  readonly name: string;
  /** `"name":` */
  readonly key: string;
  /** What stands before a string: `"name":"`, and the same after another member. */
  readonly openFirst: string;
  readonly openNext: string;
  readonly encode: Encoder;
  /** What stands for an absent value; undefined where the field is then left out. */
  readonly absent: string | undefined;
  /** Whether a value that is there is left out all the same. */
  readonly omits: ((value: unknown) => boolean) | undefined;
}

/** @returns what writes these fields of an object, without the braces */
export function membersEncoder(fields: readonly Field[]): Encoder {
  const encoders = fields.map(fieldEncoder);
  const byName = new Map(encoders.map((field) => [field.name, field]));
  /** Fields that are written even when they are absent. */
  const always = encoders.filter((field) => field.absent !== undefined);
  return function encodeMembers(value) {
    const object = (value ?? EMPTY) as Members; // The schema is what says so.
    return isInOrder(byName, object) ? encodeInOrder(byName, always, object) : encodeSorted(byName, always, object);
  };
}

/** Whether the members come in the schema's order, as they do after decoding. Checked before any is encoded: to find out later would be to encode them twice, at every level. */
function isInOrder(byName: ReadonlyMap<string, FieldEncoder>, object: Members): boolean {
  let last = -1;
  for (const name in object) {
    const index = byName.get(name)?.index ?? last;
    if (index < last) return false;
    last = index;
  }
  return true;
}

/** Takes the members as they come, which is much quicker for the many structs that have few of their fields. */
function encodeInOrder(byName: ReadonlyMap<string, FieldEncoder>, always: readonly FieldEncoder[], object: Members): string {
  let json = "";
  let due = 0;
  for (const name in object) {
    const field = byName.get(name);
    if (field === undefined) continue;
    for (; due < always.length && always[due]!.index < field.index; due++) json = withMember(json, always[due]!, always[due]!.absent);
    if (due < always.length && always[due] === field) due++;
    const member = object[name];
    if (typeof member === "string" && member !== "" && isSimple(member)) json += `${(json === "" ? field.openFirst : field.openNext) + member}"`;
    else json = withMember(json, field, memberJson(field, member));
  }
  for (; due < always.length; due++) json = withMember(json, always[due]!, always[due]!.absent);
  return json;
}

/** Puts the members in order first: what defaults added came last. */
function encodeSorted(byName: ReadonlyMap<string, FieldEncoder>, always: readonly FieldEncoder[], object: Members): string {
  const fields: FieldEncoder[] = [];
  for (const name in object) {
    const field = byName.get(name);
    if (field === undefined) continue;
    let at = fields.length;
    for (; at > 0 && fields[at - 1]!.index > field.index; at--) fields[at] = fields[at - 1]!;
    fields[at] = field;
  }
  let json = "";
  let due = 0;
  for (const field of fields) {
    for (; due < always.length && always[due]!.index < field.index; due++) json = withMember(json, always[due]!, always[due]!.absent);
    if (due < always.length && always[due] === field) due++;
    json = withMember(json, field, memberJson(field, object[field.name]));
  }
  for (; due < always.length; due++) json = withMember(json, always[due]!, always[due]!.absent);
  return json;
}

function withMember(json: string, field: FieldEncoder, text: string | undefined): string {
  if (text === undefined) return json;
  return json === "" ? field.key + text : `${json},${field.key}${text}`;
}

/** @returns undefined where the field is left out */
function memberJson(field: FieldEncoder, member: unknown): string | undefined {
  if (member === undefined || member === null) return field.absent;
  return field.omits?.(member) ? undefined : field.encode(member);
}

const EMPTY: Members = Object.freeze(Object.create(null));

function fieldEncoder({ name, schema, table }: Field, index: number): FieldEncoder {
  const { whenAbsent, omits } = omission(schema, table);
  const absent = {
    omit: undefined,
    null: "null",
    get zero() {
      return zeroJson(schema, encoderOf);
    },
  }[whenAbsent];
  const key = `${JSON.stringify(name)}:`;
  const encode = absent === "null" && schema.type !== "scalar" ? nullWhenEmpty(encoderOf(schema)) : encoderOf(schema);
  return { index, name, key, openFirst: `${key}"`, openNext: `,${key}"`, encode, absent, omits };
}

/** A list or map that is always written is null when it is empty: Kubernetes' store keeps protobuf, which knows no empty ones. */
function nullWhenEmpty(encode: Encoder): Encoder {
  return (value) => {
    for (const _ in value as object) return encode(value);
    return "null";
  };
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
  const object = value as Readonly<Record<string, unknown>>; // Neither a scalar nor a list.
  let json = "";
  for (const key in object) json += `${json === "" ? "" : ","}${quoteJson(key)}:${encodeRaw(object[key])}`;
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

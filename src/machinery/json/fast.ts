/**
 * The happy path of decoding: checks what JSON.parse made against the schema, mostly in place. It knows no errors: at anything
 * unusual it gives up, and the exact decoder starts from the bytes. A property test holds the two equal.
 */

import { canonicalQuantity, isCanonicalQuantity } from "../quantity/quantity.ts";
import type { ListSchema, MapSchema, Scalar, Schema, StructSchema } from "../schema/schema.ts";
import { isCanonicalTime } from "../time.ts";
import { isCanonicalBase64 } from "./base64.ts";
import { REWRITES_MAX } from "./budget.ts";

/** What a walk has seen so far; `newWalk` begins one. */
export interface Walk {
  /** False once something unusual was met: the values so far are then worth nothing. */
  ok: boolean;
  /** Object members seen: fewer than the document has mean that some were there twice. */
  members: number;
  /** The document was written by our own encoder: nothing is there twice. */
  readonly trusted: boolean;
  /** Quantities that had to be rewritten. */
  rewrites: number;
}

export function newWalk({ trusted = false } = {}): Walk {
  return { ok: true, members: 0, trusted, rewrites: 0 };
}

/** Takes a value of JSON.parse, which it may change, and returns it in the form of our data. */
export type FastDecoder = (value: unknown, walk: Walk) => unknown;

const decoders = new WeakMap<Schema, FastDecoder>();

export function fastDecoder(schema: Schema): FastDecoder {
  const known = decoders.get(schema);
  if (known) return known;
  const made = make(schema);
  decoders.set(schema, made);
  return made;
}

function make(schema: Schema): FastDecoder {
  switch (schema.type) {
    case "struct":
      return structDecoder(schema);
    case "list":
      return listDecoder(schema);
    case "map":
      return mapDecoder(schema);
    case "scalar":
      return SCALARS[schema.scalar];
  }
}

function giveUp(walk: Walk): undefined {
  walk.ok = false;
  return undefined;
}

interface FastField {
  readonly index: number;
  readonly decode: FastDecoder;
}

function structDecoder(schema: StructSchema): FastDecoder {
  // Made on first use: a recursive type would otherwise never end.
  let fields: Map<string, FastField> | undefined;
  return function decodeStruct(value, walk) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return giveUp(walk);
    fields ??= new Map(schema.fields.map((field, index) => [field.name, { index, decode: fastDecoder(field.schema) }]));
    const object = value as Record<string, unknown>; // JSON.parse's own object: all its members are data.
    let last = -1;
    let asIs = true;
    for (const key in object) {
      const field = fields.get(key);
      if (field === undefined || !walk.ok) return giveUp(walk);
      walk.members++;
      if (field.index < last) asIs = false;
      last = field.index;
      const before = object[key];
      if (before === null) {
        asIs = false;
        continue;
      }
      const after = field.decode(before, walk);
      if (after !== before && walk.ok) object[key] = after; // What it gives up on stays as it was.
    }
    return asIs ? object : inOrder(object, schema);
  };
}

/** The same object with its members in the schema's order and without nulls. */
function inOrder(object: Record<string, unknown>, schema: StructSchema): Record<string, unknown> {
  const ordered: Record<string, unknown> = {};
  for (const { name } of schema.fields) {
    if (!Object.hasOwn(object, name)) continue;
    const value = object[name];
    if (value !== null) ordered[name] = value;
  }
  return ordered;
}

function listDecoder(schema: ListSchema): FastDecoder {
  let decode: FastDecoder | undefined;
  return function decodeList(value, walk) {
    if (!Array.isArray(value)) return giveUp(walk);
    decode ??= fastDecoder(schema.items);
    for (let i = 0; i < value.length; i++) {
      const before: unknown = value[i];
      if (before === null) return giveUp(walk);
      const after = decode(before, walk);
      if (after !== before && walk.ok) value[i] = after;
    }
    return value;
  };
}

function mapDecoder(schema: MapSchema): FastDecoder {
  let decode: FastDecoder | undefined;
  return function decodeMap(value, walk) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return giveUp(walk);
    decode ??= fastDecoder(schema.values);
    const source = value as Record<string, unknown>; // JSON.parse's own object.
    for (const key in source) {
      const before = source[key];
      if (before === null) return giveUp(walk);
      walk.members++;
      const after = decode(before, walk);
      if (after !== before && walk.ok) source[key] = after;
    }
    return Object.setPrototypeOf(source, null);
  };
}

/** Any JSON: only the prototypes go. In place, as copying would cost more and make objects that are slow to read. */
function decodeRaw(value: unknown, walk: Walk): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = decodeRaw(value[i], walk);
    return value;
  }
  const source = value as Record<string, unknown>; // JSON.parse's own object.
  for (const key in source) {
    walk.members++;
    const before = source[key];
    if (typeof before === "object" && before !== null) decodeRaw(before, walk);
  }
  return Object.setPrototypeOf(source, null);
}

/** Field ownership: every name in it has a prefix, so JSON.parse's own objects do, and are the faster ones. */
function decodeFieldsV1(value: unknown, walk: Walk): unknown {
  if (!walk.trusted && typeof value === "object" && value !== null) countMembers(value as Record<string, unknown>, walk);
  return value;
}

function countMembers(object: Record<string, unknown>, walk: Walk): void {
  for (const key in object) {
    walk.members++;
    const member = object[key];
    if (typeof member === "object" && member !== null) countMembers(member as Record<string, unknown>, walk);
  }
}

function decodeQuantity(value: unknown, walk: Walk): unknown {
  if (typeof value !== "string") return giveUp(walk);
  if (isCanonicalQuantity(value)) return value;
  if (++walk.rewrites > REWRITES_MAX) return giveUp(walk);
  try {
    return canonicalQuantity(value);
  } catch {
    return giveUp(walk); // The exact decoder says why.
  }
}

const isInt32 = (value: unknown): boolean => typeof value === "number" && (value | 0) === value;

const SCALARS: Readonly<Record<Scalar, FastDecoder>> = {
  string: (value, walk) => (typeof value === "string" ? value : giveUp(walk)),
  bool: (value, walk) => (typeof value === "boolean" ? value : giveUp(walk)),
  int32: (value, walk) => (isInt32(value) ? value : giveUp(walk)),
  int64: (value, walk) => (Number.isSafeInteger(value) ? value : giveUp(walk)),
  float64: (value, walk) => (typeof value === "number" ? value : giveUp(walk)),
  bytes: (value, walk) => (typeof value === "string" && isCanonicalBase64(value) ? value : giveUp(walk)),
  quantity: decodeQuantity,
  intOrString: (value, walk) => (typeof value === "string" || isInt32(value) ? value : giveUp(walk)),
  time: (value, walk) => (typeof value === "string" && isCanonicalTime(value) ? value : giveUp(walk)),
  microTime: (value, walk) => (typeof value === "string" && isCanonicalMicroTime(value) ? value : giveUp(walk)),
  duration: (_, walk) => giveUp(walk), // Too rare to be worth a second way.
  raw: decodeRaw,
  fieldsV1: decodeFieldsV1,
};

function isCanonicalMicroTime(text: string): boolean {
  return text.length === 27 && isCanonicalTime(`${text.slice(0, 19)}Z`) && /^\.\d{6}Z$/.test(text.slice(19));
}

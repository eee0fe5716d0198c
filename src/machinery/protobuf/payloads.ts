/** What each scalar type is in protobuf, where several are messages of their own. Undefined is written as Go's zero value. */

import { parseDuration } from "../duration.ts";
import { encodeRaw } from "../json/encode.ts";
import type { Scalar } from "../schema/schema.ts";
import { type Instant, parseMicroTime, parseTime } from "../time.ts";
import { type BackwardWriter, BYTES, FIXED64, fieldKey, VARINT } from "./writer.ts";

/** Writes values of one type. The length and the tag that come before them are the caller's. */
export interface Payload {
  readonly wire: number;
  write(value: unknown, writer: BackwardWriter): void;
}

const integer: Payload = { wire: VARINT, write: (value, writer) => writer.int64(typeof value === "bigint" ? value : Number(value ?? 0)) };

/** The message of RawExtension, JSON and FieldsV1: the JSON text as field 1. */
const raw: Payload = {
  wire: BYTES,
  write(value, writer) {
    if (value === undefined || value === null) return;
    const mark = writer.length;
    writer.text(encodeRaw(value));
    writer.prefix(mark, fieldKey(1, BYTES));
  },
};

export const scalarPayloads: Readonly<Record<Scalar, Payload>> = {
  string: { wire: BYTES, write: (value, writer) => writer.text(text(value)) },
  bool: { wire: VARINT, write: (value, writer) => writer.byte(value === true ? 1 : 0) },
  int32: integer,
  int64: integer,
  float64: { wire: FIXED64, write: (value, writer) => writer.double(Number(value ?? 0) + 0) }, // JSON has no negative zero.
  bytes: { wire: BYTES, write: (value, writer) => writer.bytes(Buffer.from(text(value), "base64")) },
  quantity: {
    wire: BYTES,
    write(value, writer) {
      const mark = writer.length;
      writer.text(value === undefined ? "0" : text(value));
      writer.prefix(mark, fieldKey(1, BYTES));
    },
  },
  intOrString: {
    wire: BYTES,
    write(value, writer) {
      const mark = writer.length;
      if (typeof value === "string") writer.text(value);
      writer.prefix(mark, fieldKey(3, BYTES));
      writer.int64(typeof value === "number" ? value : 0);
      writer.varint(fieldKey(2, VARINT));
      writer.byte(typeof value === "string" ? 1 : 0);
      writer.varint(fieldKey(1, VARINT));
    },
  },
  time: { wire: BYTES, write: (value, writer) => value !== undefined && value !== null && timestamp({ ...parseTime(text(value)), nanos: 0 }, writer) },
  microTime: { wire: BYTES, write: (value, writer) => value !== undefined && value !== null && timestamp(parseMicroTime(text(value)), writer) },
  duration: {
    wire: BYTES,
    write(value, writer) {
      writer.int64(value === undefined ? 0 : parseDuration(text(value)));
      writer.varint(fieldKey(1, VARINT));
    },
  },
  raw,
  fieldsV1: raw,
};

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function timestamp(instant: Instant, writer: BackwardWriter): void {
  writer.varint(instant.nanos);
  writer.varint(fieldKey(2, VARINT));
  writer.int64(instant.seconds);
  writer.varint(fieldKey(1, VARINT));
}

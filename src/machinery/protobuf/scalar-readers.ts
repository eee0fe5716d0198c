/** Reads each scalar type from protobuf into the form of our data. */

import { formatDuration } from "../duration.ts";
import { DecodeError } from "../json/decode-error.ts";
import { parseJson } from "../json/document.ts";
import { canonicalQuantity } from "../quantity/quantity.ts";
import type { Scalar } from "../schema/schema.ts";
import { formatMicroTime, formatTime, type Instant, ZERO_SECONDS } from "../time.ts";
import type { Reader } from "./reader.ts";
import { BYTES, FIXED64, VARINT } from "./writer.ts";

export interface ScalarReader {
  readonly wire: number;
  /** @returns the value; undefined where it stands for none (an empty time) */
  read(reader: Reader): unknown;
}

/** What a raw value of JSON may hold; its size is bounded by the message's. */
const RAW_BUDGET = { maxBytes: 3 * 1024 * 1024, maxDepth: 500, maxMembers: 100_000 };
/** The seconds that a four-digit year can have: others can't be written as RFC 3339. */
const SECONDS_MAX = 253402300799;

const raw: ScalarReader = {
  wire: BYTES,
  read: (reader) => readFirst(reader.message(), "RawExtension", BYTES, (inner) => parseJson(inner.bytes(), RAW_BUDGET)),
};

export const scalarReaders: Readonly<Record<Scalar, ScalarReader>> = {
  string: { wire: BYTES, read: (reader) => reader.text() },
  bool: { wire: VARINT, read: (reader) => reader.int64() !== 0 },
  int32: { wire: VARINT, read: (reader) => reader.int32() },
  int64: { wire: VARINT, read: (reader) => reader.int64() },
  float64: { wire: FIXED64, read: (reader) => finite(reader.double()) },
  bytes: { wire: BYTES, read: (reader) => reader.bytes().toString("base64") },
  quantity: { wire: BYTES, read: (reader) => canonicalQuantity(readFirst(reader.message(), "Quantity", BYTES, (inner) => inner.text()) ?? "0") },
  intOrString: { wire: BYTES, read: (reader) => readIntOrString(reader.message()) },
  time: { wire: BYTES, read: (reader) => readTimestamp(reader.message(), formatTime) },
  microTime: { wire: BYTES, read: (reader) => readTimestamp(reader.message(), formatMicroTime) },
  duration: {
    wire: BYTES,
    read: (reader) => formatDuration(BigInt(readFirst(reader.message(), "Duration", VARINT, (inner) => inner.int64()) ?? 0)),
  },
  raw,
  fieldsV1: raw,
};

/** Field 1 of a message that has no other. */
function readFirst<T>(message: Reader, type: string, wire: number, read: (message: Reader) => T): T | undefined {
  let found: T | undefined;
  while (message.next(type)) {
    if (message.tag === 1) {
      message.expect(wire, type);
      found = read(message);
    } else {
      message.skip();
    }
  }
  return found;
}

function readIntOrString(message: Reader): number | string {
  let type: number | bigint = 0;
  let number = 0;
  let string = "";
  while (message.next("IntOrString")) {
    if (message.tag > 3) {
      message.skip();
      continue;
    }
    message.expect(message.tag === 3 ? BYTES : VARINT, ["Type", "IntVal", "StrVal"][message.tag - 1]!);
    if (message.tag === 1) type = message.int64();
    else if (message.tag === 2) number = message.int32();
    else string = message.text();
  }
  if (type !== 0 && type !== 1) throw new DecodeError("impossible IntOrString.Type");
  return type === 1 ? string : number;
}

function readTimestamp(message: Reader, format: (instant: Instant) => string): string | undefined {
  let any = false;
  let seconds = 0;
  let nanos = 0;
  while (message.next("Timestamp")) {
    any = true;
    if (message.tag > 2) {
      message.skip();
      continue;
    }
    message.expect(VARINT, message.tag === 1 ? "Seconds" : "Nanos");
    if (message.tag === 1) seconds = Number(message.int64());
    else nanos = message.int32();
  }
  if (!any || (seconds === ZERO_SECONDS && nanos === 0)) return undefined;
  if (seconds < ZERO_SECONDS || seconds > SECONDS_MAX || nanos < 0 || nanos >= 1e9) throw new DecodeError("Time: year outside of range [1,9999]");
  return format({ seconds, nanos });
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new DecodeError(`json: unsupported value: ${value}`);
  return value;
}

/** From one type to another: `int("1")`, `string(2.5)`, `duration("1h")`. [cel-go common/types] */

import { DurationError, parseDuration } from "../../duration.ts";
import { parseTime, TimeError } from "../../time.ts";
import { CelError, Duration, nameOfType, type Timestamp, TypeValue, Uint, type Value } from "../values/value.ts";
import { INT_MAX, INT_MIN, timestamp, UINT_MAX } from "./arithmetic.ts";
import { type Overload, plain } from "./overload.ts";

const SECOND = 1_000_000_000n;
/** Doubles from here on are written with an exponent, as Go's strconv does. */
const EXPONENT_FROM = 6;
const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE: ReadonlySet<string> = new Set(["0", "f", "F", "false", "FALSE", "False"]);
const FLOAT = /^[+-]?(?:(?:\d+(?:_?\d)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i;

const notOne = (type: string): CelError => new CelError(`type conversion error from 'string' to '${type}'`);

function boolOf(text: string): Value {
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : notOne("bool");
}

function intOf(text: string): Value {
  if (!/^[+-]?\d+$/.test(text)) return notOne("int");
  const value = BigInt(text.replace(/^\+/, ""));
  return value < INT_MIN || value > INT_MAX ? notOne("int") : value;
}

function uintOf(text: string): Value {
  if (!/^\d+$/.test(text)) return notOne("uint");
  const value = BigInt(text);
  return value > UINT_MAX ? notOne("uint") : new Uint(value);
}

function doubleOf(text: string): Value {
  if (!FLOAT.test(text)) return notOne("double");
  const word = /^([+-]?)(inf|nan)/i.exec(text);
  if (word) return word[2]!.toLowerCase() === "nan" ? Number.NaN : word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  return Number.isFinite(value) ? value : notOne("double");
}

function truncated(value: number, min: bigint, max: bigint, overflow: string): bigint | CelError {
  if (!Number.isFinite(value)) return new CelError(overflow);
  const whole = BigInt(Math.trunc(value));
  return whole < min || whole > max || Math.abs(value) >= 2 ** (min === 0n ? 64 : 63) ? new CelError(overflow) : whole;
}

function durationOf(text: string): Value {
  try {
    return new Duration(parseDuration(text));
  } catch (error) {
    if (error instanceof DurationError) return notOne("google.protobuf.Duration");
    throw error;
  }
}

/** @returns the instant that RFC 3339 text names, to the nanosecond */
export function timestampOf(text: string): Timestamp | CelError {
  try {
    const { seconds, nanos } = parseTime(text);
    return timestamp(BigInt(seconds) * SECOND + BigInt(nanos));
  } catch (error) {
    if (error instanceof TimeError) return new CelError(error.message);
    throw error;
  }
}

/** RFC 3339 in UTC, with as much of a fraction as there is. */
export function timestampText({ nanos }: Timestamp): string {
  const seconds = nanos >= 0n ? nanos / SECOND : (nanos - SECOND + 1n) / SECOND;
  const fraction = fractionText(nanos - seconds * SECOND);
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fraction}Z`;
}

/** Seconds, with as much of a fraction as there is: `90.5s`. */
export function durationText({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? "-" : ""}${size / SECOND}${fractionText(size % SECOND)}s`;
}

function fractionText(nanos: bigint): string {
  const digits = String(nanos).padStart(9, "0").replace(/0+$/, "");
  return digits && `.${digits}`;
}

/** A double as Go prints it with the fewest digits: with an exponent below 1e-4 and from 1e6. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const [, digits = "", exponentText = "0"] = /^(.*)e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < EXPONENT_FROM)
    return exponent < 0 ? value.toFixed(Math.max(0, digits.replace(/[-.]/g, "").length - 1 - exponent)) : String(value);
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function bytesText(bytes: Uint8Array): Value {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new CelError("invalid UTF-8 in bytes, cannot convert to string");
  }
}

const same = (value: Value): Value => value;

export const conversions: readonly Overload[] = [
  plain("type", "type", ["A"], "type(A)", (value: Value) => new TypeValue(nameOfType(value))),
  plain("dyn", "to_dyn", ["A"], "dyn", same),
  plain("bool", "bool_to_bool", ["bool"], "bool", same),
  plain("bool", "string_to_bool", ["string"], "bool", boolOf),
  plain("bytes", "bytes_to_bytes", ["bytes"], "bytes", same),
  plain("bytes", "string_to_bytes", ["string"], "bytes", (text: string) => Buffer.from(text)),
  plain("double", "double_to_double", ["double"], "double", same),
  plain("double", "int64_to_double", ["int"], "double", (value: bigint) => Number(value)),
  plain("double", "string_to_double", ["string"], "double", doubleOf),
  plain("double", "uint64_to_double", ["uint"], "double", (value: Uint) => Number(value.value)),
  plain("duration", "duration_to_duration", ["duration"], "duration", same),
  plain("duration", "string_to_duration", ["string"], "duration", durationOf),
  plain("int", "int64_to_int64", ["int"], "int", same),
  plain("int", "double_to_int64", ["double"], "int", (value: number) => truncated(value, INT_MIN, INT_MAX, "integer overflow")),
  plain("int", "duration_to_int64", ["duration"], "int", (value: Duration) => value.nanos),
  plain("int", "string_to_int64", ["string"], "int", intOf),
  plain("int", "timestamp_to_int64", ["timestamp"], "int", ({ nanos }: Timestamp) => (nanos >= 0n ? nanos / SECOND : (nanos - SECOND + 1n) / SECOND)),
  plain("int", "uint64_to_int64", ["uint"], "int", ({ value }: Uint) => (value > INT_MAX ? new CelError("integer overflow") : value)),
  plain("string", "string_to_string", ["string"], "string", same),
  plain("string", "bool_to_string", ["bool"], "string", String),
  plain("string", "bytes_to_string", ["bytes"], "string", bytesText),
  plain("string", "double_to_string", ["double"], "string", doubleText),
  plain("string", "duration_to_string", ["duration"], "string", durationText),
  plain("string", "int64_to_string", ["int"], "string", String),
  plain("string", "timestamp_to_string", ["timestamp"], "string", timestampText),
  plain("string", "uint64_to_string", ["uint"], "string", ({ value }: Uint) => String(value)),
  plain("timestamp", "timestamp_to_timestamp", ["timestamp"], "timestamp", same),
  plain("timestamp", "int64_to_timestamp", ["int"], "timestamp", (seconds: bigint) => timestamp(seconds * SECOND)),
  plain("timestamp", "string_to_timestamp", ["string"], "timestamp", (text: string) => {
    const instant = timestampOf(text);
    return instant instanceof CelError ? notOne("google.protobuf.Timestamp") : instant;
  }),
  plain("uint", "uint64_to_uint64", ["uint"], "uint", same),
  plain("uint", "double_to_uint64", ["double"], "uint", (value: number) => {
    const whole = truncated(value, 0n, UINT_MAX, "unsigned integer overflow");
    return whole instanceof CelError ? whole : new Uint(whole);
  }),
  plain("uint", "int64_to_uint64", ["int"], "uint", (value: bigint) => (value < 0n ? new CelError("unsigned integer overflow") : new Uint(value))),
  plain("uint", "string_to_uint64", ["string"], "uint", uintOf),
];

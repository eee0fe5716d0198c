/** `+ - * / %` and negation, exact in 64 bits: what doesn't fit is an error. [cel-go common/types/overflow.go] */

import { concatLists } from "../values/concat.ts";
import { CelError, type CelList, Duration, Timestamp, Uint, type Value } from "../values/value.ts";
import { type Overload, plain } from "./overload.ts";

export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;
export const UINT_MAX = 2n ** 64n - 1n;
const SECOND = 1_000_000_000n;
/** From the beginning of year 1 to the end of 9999. */
const INSTANT_MIN = -62_135_596_800n * SECOND;
const INSTANT_MAX = 253_402_300_799n * SECOND + SECOND - 1n;

const int = (value: bigint): Value => (value < INT_MIN || value > INT_MAX ? new CelError("integer overflow") : value);
const uint = (value: bigint): Value => (value < 0n || value > UINT_MAX ? new CelError("unsigned integer overflow") : new Uint(value));
const duration = (nanos: bigint): Value => (nanos < INT_MIN || nanos > INT_MAX ? new CelError("duration overflow") : new Duration(nanos));

/** @returns the instant, or an error beyond the years that have four digits */
export function timestamp(nanos: bigint): Timestamp | CelError {
  return nanos < INSTANT_MIN || nanos > INSTANT_MAX ? new CelError("timestamp overflow") : new Timestamp(nanos);
}

function divide<T>(make: (value: bigint) => T, a: bigint, b: bigint): T | CelError {
  return b === 0n ? new CelError("division by zero") : make(a / b);
}

function remainder<T>(make: (value: bigint) => T, a: bigint, b: bigint): T | CelError {
  return b === 0n ? new CelError("modulus by zero") : make(a % b);
}

export const arithmetic: readonly Overload[] = [
  plain("_+_", "add_bytes", ["bytes", "bytes"], "bytes", (a: Uint8Array, b: Uint8Array) => Buffer.concat([a, b])),
  plain("_+_", "add_double", ["double", "double"], "double", (a: number, b: number) => a + b),
  plain("_+_", "add_duration_duration", ["duration", "duration"], "duration", (a: Duration, b: Duration) => duration(a.nanos + b.nanos)),
  plain("_+_", "add_duration_timestamp", ["duration", "timestamp"], "timestamp", (a: Duration, b: Timestamp) => timestamp(a.nanos + b.nanos)),
  plain("_+_", "add_timestamp_duration", ["timestamp", "duration"], "timestamp", (a: Timestamp, b: Duration) => timestamp(a.nanos + b.nanos)),
  plain("_+_", "add_int64", ["int", "int"], "int", (a: bigint, b: bigint) => int(a + b)),
  plain("_+_", "add_list", ["list(A)", "list(A)"], "list(A)", (a: CelList, b: CelList) => concatLists(a, b)),
  plain("_+_", "add_string", ["string", "string"], "string", (a: string, b: string) => a + b),
  plain("_+_", "add_uint64", ["uint", "uint"], "uint", (a: Uint, b: Uint) => uint(a.value + b.value)),
  plain("_-_", "subtract_double", ["double", "double"], "double", (a: number, b: number) => a - b),
  plain("_-_", "subtract_duration_duration", ["duration", "duration"], "duration", (a: Duration, b: Duration) => duration(a.nanos - b.nanos)),
  plain("_-_", "subtract_int64", ["int", "int"], "int", (a: bigint, b: bigint) => int(a - b)),
  plain("_-_", "subtract_timestamp_duration", ["timestamp", "duration"], "timestamp", (a: Timestamp, b: Duration) => timestamp(a.nanos - b.nanos)),
  plain("_-_", "subtract_timestamp_timestamp", ["timestamp", "timestamp"], "duration", (a: Timestamp, b: Timestamp) => duration(a.nanos - b.nanos)),
  plain("_-_", "subtract_uint64", ["uint", "uint"], "uint", (a: Uint, b: Uint) => uint(a.value - b.value)),
  plain("_*_", "multiply_double", ["double", "double"], "double", (a: number, b: number) => a * b),
  plain("_*_", "multiply_int64", ["int", "int"], "int", (a: bigint, b: bigint) => int(a * b)),
  plain("_*_", "multiply_uint64", ["uint", "uint"], "uint", (a: Uint, b: Uint) => uint(a.value * b.value)),
  plain("_/_", "divide_double", ["double", "double"], "double", (a: number, b: number) => a / b),
  plain("_/_", "divide_int64", ["int", "int"], "int", (a: bigint, b: bigint) => divide(int, a, b)),
  plain("_/_", "divide_uint64", ["uint", "uint"], "uint", (a: Uint, b: Uint) => divide(uint, a.value, b.value)),
  plain("_%_", "modulo_int64", ["int", "int"], "int", (a: bigint, b: bigint) => remainder(int, a, b)),
  plain("_%_", "modulo_uint64", ["uint", "uint"], "uint", (a: Uint, b: Uint) => remainder(uint, a.value, b.value)),
  plain("-_", "negate_double", ["double"], "double", (a: number) => -a),
  plain("-_", "negate_int64", ["int"], "int", (a: bigint) => int(-a)),
];

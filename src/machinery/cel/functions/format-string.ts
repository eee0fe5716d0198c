/** `"%s is %d".format([…])`. [cel-go ext/formatting.go] */

import { goQuote } from "../../go-quote.ts";
import { CelError, CelList, CelMap, Duration, isError, nameOfType, Timestamp, TypeValue, Uint, type Value } from "../values/value.ts";
import { doubleText, durationText, timestampText } from "./conversions.ts";

/** A clause can't show the value; the message says which. */
class FormatError extends Error {}

const CLAUSE = /%(?:(%)|(?:\.(\d+))?([a-zA-Z])|(.?))/gu;
const PRECISION = 6;
/** A number of so many digits is no precision that anybody reads. */
const PRECISION_MAX = 100;

/** @returns the text with its clauses replaced, or an error */
export function formatString(text: string, args: CelList): Value {
  let next = 0;
  try {
    const result = text.replace(CLAUSE, (_, percent?: string, precision?: string, verb?: string, other?: string) => {
      if (percent) return "%";
      if (verb === undefined)
        throw new FormatError(other ? `could not parse formatting clause: unrecognized formatting clause "${other}"` : "unexpected end of string");
      if (next >= args.size) throw new FormatError(`index ${next} out of range`);
      const value = args.get(next++);
      if (isError(value)) throw new FormatError(value.message);
      return clause(verb, value, precision === undefined ? undefined : Math.min(Number(precision), PRECISION_MAX));
    });
    return result;
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message);
    throw error;
  }
}

function clause(verb: string, value: Value, precision: number | undefined): string {
  switch (verb) {
    case "s":
      return shown(value);
    case "d":
      return decimal(value);
    case "f":
      return fixed(number(value, "fixed-point"), precision ?? PRECISION);
    case "e":
      return scientific(number(value, "scientific"), precision ?? PRECISION);
    case "b":
      if (typeof value === "boolean") return value ? "1" : "0";
      return integer(value, "binary clause can only be used on integers and bools").toString(2);
    case "o":
      return integer(value, "octal clause can only be used on integers").toString(8);
    case "x":
      return hexadecimal(value);
    case "X":
      return hexadecimal(value).toUpperCase();
    default:
      throw new FormatError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

function integer(value: Value, complaint: string): bigint {
  if (typeof value === "bigint") return value;
  if (value instanceof Uint) return value.value;
  throw new FormatError(`error during formatting: ${complaint}, was given ${nameOfType(value)}`);
}

const decimal = (value: Value): string => String(integer(value, "decimal clause can only be used on integers"));

function hexadecimal(value: Value): string {
  if (typeof value === "string") return Buffer.from(value).toString("hex");
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return integer(value, "hex clause can only be used on integers, byte buffers, and strings").toString(16);
}

function number(value: Value, clauseName: string): number {
  if (typeof value === "number") return value;
  if (value === "NaN") return Number.NaN;
  if (value === "Infinity") return Number.POSITIVE_INFINITY;
  if (value === "-Infinity") return Number.NEGATIVE_INFINITY;
  throw new FormatError(`error during formatting: ${clauseName} clause can only be used on doubles, was given ${nameOfType(value)}`);
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? undefined : value > 0 ? "∞" : "-∞";
}

/** `1,234.50` */
const grouped = (digits: string): string => digits.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ","));

const fixed = (value: number, precision: number): string => special(value) ?? grouped(value.toFixed(precision));

function scientific(value: number, precision: number): string {
  const text = special(value);
  if (text) return text;
  const [digits = "", exponent = "+0"] = value.toExponential(precision).split("e");
  const superscript = exponent.replace(/^\+/, "").padStart(2, "0");
  return `${digits}×10${[...superscript].map((digit) => SUPERSCRIPT.get(digit) ?? digit).join("")}`;
}

const SUPERSCRIPT: ReadonlyMap<string, string> = new Map([..."0123456789"].map((digit, i) => [digit, "⁰¹²³⁴⁵⁶⁷⁸⁹"[i]!] as const).concat([["-", "⁻"]]));

function shown(value: Value): string {
  if (typeof value === "string") return value;
  if (value === null) return "null";
  if (typeof value === "number") return doubleText(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof TypeValue) return value.name;
  if (value instanceof CelList) return `[${[...value].map(nested).join(", ")}]`;
  if (value instanceof CelMap) return mapText(value);
  throw new FormatError(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${nameOfType(value)}`,
  );
}

function mapText(map: CelMap): string {
  const entries = Array.from(map.keys(), (key) => `${nested(key)}:${nested(map.find(key) ?? null)}`);
  return `{${entries.sort().join(", ")}}`;
}

/** Inside a list or a map texts stand in quotes, and doubles have six digits. */
function nested(value: Value): string {
  if (typeof value === "string") return goQuote(value);
  if (value instanceof Uint8Array) return `b${goQuote(Buffer.from(value).toString())}`;
  if (typeof value === "number") return Number.isFinite(value) ? value.toFixed(PRECISION) : goQuote(doubleText(value));
  if (value instanceof Timestamp) return `timestamp(${goQuote(timestampText(value))})`;
  return value instanceof Duration ? `duration(${goQuote(durationText(value))})` : shown(value);
}

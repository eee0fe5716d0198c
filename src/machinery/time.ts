/** Times as the API writes them: RFC 3339 in UTC, with whole seconds (Time) or six digits (MicroTime). Parses what Go's time.Parse takes. */

import { goTimeQuote } from "./go-quote.ts";

/** The text is no time; the message is Go's. */
export class TimeError extends Error {
  override name = "TimeError";
}

/** An instant: whole seconds since 1970 and the nanoseconds after them. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** Go's zero time, which counts as no time at all: 0001-01-01T00:00:00Z. */
export const ZERO_SECONDS = -62135596800;

const LAYOUT = "2006-01-02T15:04:05Z07:00";
const MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";
interface Part {
  readonly pattern: RegExp;
  /** What the layout calls it, which the error gives. */
  readonly layout: string;
  /** What is checked as soon as the part is read; the day waits until month and year are known. */
  readonly range?: { readonly name: string; readonly min: number; readonly max: number };
}

/** Go takes a single digit for the hour. */
const PARTS: readonly Part[] = [
  { pattern: /^\d{4}/, layout: "2006" },
  { pattern: /^-/, layout: "-" },
  { pattern: /^\d{2}/, layout: "01", range: { name: "month", min: 1, max: 12 } },
  { pattern: /^-/, layout: "-" },
  { pattern: /^\d{2}/, layout: "02" },
  { pattern: /^T/, layout: "T" },
  { pattern: /^\d{1,2}/, layout: "15", range: { name: "hour", min: 0, max: 23 } },
  { pattern: /^:/, layout: ":" },
  { pattern: /^\d{2}/, layout: "04", range: { name: "minute", min: 0, max: 59 } },
  { pattern: /^:/, layout: ":" },
  { pattern: /^\d{2}/, layout: "05", range: { name: "second", min: 0, max: 59 } },
];
const FRACTION = /^(?:[.,]\d+)?/;
const MICRO_FRACTION = /^[.,]\d{6}(?!\d)/;
const ZONE = /^(?:Z|[+-]\d{2}:\d{2})/;

/** Reads a Time: a fraction of a second is allowed. Throws `TimeError`. */
export function parseTime(text: string): Instant {
  if (isCanonicalTime(text)) return { seconds: Date.parse(text) / 1000, nanos: 0 };
  return parse(text, LAYOUT, false);
}

/** Reads a MicroTime: exactly six digits after the seconds. Throws `TimeError`. */
export function parseMicroTime(text: string): Instant {
  return parse(text, MICRO_LAYOUT, true);
}

export function formatTime(instant: Pick<Instant, "seconds">): string {
  return `${iso(instant.seconds)}Z`;
}

export function formatMicroTime(instant: Instant): string {
  const micros = Math.trunc(instant.nanos / 1000);
  return `${iso(instant.seconds)}.${String(micros).padStart(6, "0")}Z`;
}

/** @returns whether the text is already as the API writes times: cheap, so that most times needn't be parsed */
export function isCanonicalTime(text: string): boolean {
  return text.length === 20 && CANONICAL.test(text) && isRealDate(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)));
}

const CANONICAL = /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

function parse(text: string, layout: string, micro: boolean): Instant {
  const outOfRange = (name: string) => new TimeError(`parsing time ${goTimeQuote(text)}: ${name} out of range`);
  let rest = text;
  const take = (pattern: RegExp, part: string): string => {
    const match = pattern.exec(rest)?.[0];
    if (match === undefined) {
      throw new TimeError(`parsing time ${goTimeQuote(text)} as ${goTimeQuote(layout)}: cannot parse ${goTimeQuote(rest)} as ${goTimeQuote(part)}`);
    }
    rest = rest.slice(match.length);
    return match;
  };
  const numbers = PARTS.map(({ pattern, layout: part, range }) => {
    const number = Number(take(pattern, part));
    if (range && (number < range.min || number > range.max)) throw outOfRange(range.name);
    return number;
  });
  const fraction = micro ? take(MICRO_FRACTION, ".000000") : take(FRACTION, "");
  const offset = offsetSeconds(take(ZONE, "Z07:00"), outOfRange);
  if (rest !== "") throw new TimeError(`parsing time ${goTimeQuote(text)}: extra text: ${goTimeQuote(rest)}`);
  const [year, , month, , day, , hour, , minute, , second] = numbers;
  if (!isRealDate(year!, month!, day!)) throw outOfRange("day");
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day!);
  date.setUTCHours(hour!, minute!, second!);
  return { seconds: date.getTime() / 1000 - offset, nanos: Number(fraction.slice(1, 10).padEnd(9, "0")) };
}

function isRealDate(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day >= 1 && day <= days;
}

function offsetSeconds(zone: string, outOfRange: (name: string) => TimeError): number {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 24) throw outOfRange("time zone offset hour");
  if (minutes > 60) throw outOfRange("time zone offset minute");
  const seconds = hours * 3600 + minutes * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}

/** Without the zone; years beyond four digits are written out, as Go does. */
function iso(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  return text.startsWith("+") ? text.replace(/^\+0*/, "").slice(0, -5) : text.slice(0, -5);
}

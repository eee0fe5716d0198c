/** Times as the API writes them: RFC 3339 in UTC, with whole seconds (Time) or six digits (MicroTime). Parses what Go's time.Parse takes. */

import { goQuote } from "./go-quote.ts";

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
/** What each part must look like, and the layout's name for it, which the error gives. Go takes a single digit for the hour. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, "2006"],
  [/^-/, "-"],
  [/^\d{2}/, "01"],
  [/^-/, "-"],
  [/^\d{2}/, "02"],
  [/^T/, "T"],
  [/^\d{1,2}/, "15"],
  [/^:/, ":"],
  [/^\d{2}/, "04"],
  [/^:/, ":"],
  [/^\d{2}/, "05"],
];
const FRACTION = /^[.,]\d+/;
const MICRO_FRACTION = /^[.,]\d{6}(?!\d)/;
const ZONE = /^(?:Z|[+-]\d{2}:\d{2})/;

/** Reads a Time: a fraction of a second is allowed. Throws `TimeError`. */
export function parseTime(text: string): Instant {
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
  const fail = (rest: string, part: string) =>
    new TimeError(`parsing time ${goQuote(text)} as ${goQuote(layout)}: cannot parse ${goQuote(rest)} as ${goQuote(part)}`);
  const found: string[] = [];
  let rest = text;
  const take = (pattern: RegExp, part: string): string => {
    const match = pattern.exec(rest)?.[0];
    if (match === undefined) throw fail(rest, part);
    rest = rest.slice(match.length);
    return match;
  };
  for (const [pattern, part] of PARTS) found.push(take(pattern, part));
  const fraction = micro ? take(MICRO_FRACTION, ".000000") : (FRACTION.exec(rest)?.[0] ?? "");
  if (!micro) rest = rest.slice(fraction.length);
  const zone = take(ZONE, "Z07:00");
  if (rest !== "") throw new TimeError(`parsing time ${goQuote(text)}: extra text: ${goQuote(rest)}`);

  const [year, , month, , day, , hour, , minute, , second] = found.map(Number);
  const outOfRange = rangeFault(year!, month!, day!, hour!, minute!, second!);
  if (outOfRange) throw new TimeError(`parsing time ${goQuote(text)}: ${outOfRange} out of range`);
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day!);
  date.setUTCHours(hour!, minute!, second!);
  return { seconds: date.getTime() / 1000 - offsetSeconds(zone), nanos: Number(fraction.slice(1, 10).padEnd(9, "0")) };
}

function rangeFault(year: number, month: number, day: number, hour: number, minute: number, second: number): string | undefined {
  if (month < 1 || month > 12) return "month";
  if (!isRealDate(year, month, day)) return "day";
  if (hour > 23) return "hour";
  if (minute > 59) return "minute";
  if (second > 59) return "second";
  return undefined;
}

function isRealDate(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day >= 1 && day <= days;
}

function offsetSeconds(zone: string): number {
  if (zone === "Z") return 0;
  const seconds = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4, 6)) * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}

/** Without the zone; years beyond four digits are written out, as Go does. */
function iso(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  return text.replace(/^\+0*/, "").slice(0, -5);
}

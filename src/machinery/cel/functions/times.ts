/** Parts of instants and of lengths of time: `getHours()`, `getDayOfWeek("Europe/Berlin")`. */

import { CelError, type Duration, type Timestamp, type Value } from "../values/value.ts";
import { member, type Overload } from "./overload.ts";

const MILLION = 1_000_000n;
const DAY_MS = 86_400_000;
const OFFSET = /^([+-]?\d+):(\d+)$/;

/** The clock on the wall of a zone at an instant, as a date in UTC. */
function wall({ nanos }: Timestamp, zone: string): Date | CelError {
  const millis = Number(nanos >= 0n ? nanos / MILLION : (nanos - MILLION + 1n) / MILLION);
  if (zone === "UTC" || zone === "") return new Date(millis);
  const offset = OFFSET.exec(zone);
  if (offset) {
    const hours = Number(offset[1]);
    const minutes = hours * 60 + (zone.startsWith("-") ? -Number(offset[2]) : Number(offset[2]));
    return new Date(millis + minutes * 60_000);
  }
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    const parts = new Map(format.formatToParts(millis).map(({ type, value }) => [type, Number(value)]));
    const local = new Date(0);
    local.setUTCFullYear(parts.get("year") ?? 0, (parts.get("month") ?? 1) - 1, parts.get("day") ?? 1);
    local.setUTCHours(parts.get("hour") ?? 0, parts.get("minute") ?? 0, parts.get("second") ?? 0, ((millis % 1000) + 1000) % 1000);
    return local;
  } catch {
    return new CelError(`unknown time zone ${zone}`);
  }
}

const dayOfYear = (date: Date): number => {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  start.setUTCHours(0, 0, 0, 0);
  return Math.floor((date.getTime() - start.getTime()) / DAY_MS);
};

function part(name: string, id: string, of: (date: Date) => number): Overload[] {
  const call = (instant: Timestamp, zone = "UTC"): Value => {
    const date = wall(instant, zone);
    return date instanceof CelError ? date : BigInt(of(date));
  };
  return [
    member(name, `timestamp_to_${id}`, ["timestamp"], "int", (instant: Timestamp) => call(instant)),
    member(name, `timestamp_to_${id}_with_tz`, ["timestamp", "string"], "int", call),
  ];
}

const length = (name: string, id: string, unit: bigint): Overload =>
  member(name, `duration_to_${id}`, ["duration"], "int", ({ nanos }: Duration) => nanos / unit);

export const times: readonly Overload[] = [
  ...part("getFullYear", "year", (date) => date.getUTCFullYear()),
  ...part("getMonth", "month", (date) => date.getUTCMonth()),
  ...part("getDayOfYear", "day_of_year", dayOfYear),
  ...part("getDayOfMonth", "day_of_month", (date) => date.getUTCDate() - 1),
  ...part("getDate", "day_of_month_1_based", (date) => date.getUTCDate()),
  ...part("getDayOfWeek", "day_of_week", (date) => date.getUTCDay()),
  ...part("getHours", "hours", (date) => date.getUTCHours()),
  ...part("getMinutes", "minutes", (date) => date.getUTCMinutes()),
  ...part("getSeconds", "seconds", (date) => date.getUTCSeconds()),
  ...part("getMilliseconds", "milliseconds", (date) => date.getUTCMilliseconds()),
  length("getHours", "hours", 3_600_000_000_000n),
  length("getMinutes", "minutes", 60_000_000_000n),
  length("getSeconds", "seconds", 1_000_000_000n),
  length("getMilliseconds", "milliseconds", 1_000_000n),
];

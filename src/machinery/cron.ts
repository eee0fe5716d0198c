/** Schedules as crontab(5) writes them: `0-59/5 6 1,15 jan-mar mon`, and names for the usual ones. [github.com/robfig/cron ParseStandard] */

import { parseDuration } from "./duration.ts";

/** Which minutes, hours, days … a schedule names; a day must match both of its fields, or either where neither is `*`. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly daysOfWeek: ReadonlySet<number>;
  /** Whether a field of days was written as `*`. */
  readonly anyDayOfMonth: boolean;
  readonly anyDayOfWeek: boolean;
}

/** `@every 90m`: not at times of the clock, but so long after the last. */
export interface Every {
  readonly everyNanoseconds: bigint;
}

/** The message is what is wrong, in the words of Kubernetes. */
export class CronError extends Error {
  override readonly name = "CronError";
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59 };
const HOURS: Bounds = { min: 0, max: 23 };
const DAYS_OF_MONTH: Bounds = { min: 1, max: 31 };
const MONTHS: Bounds = { min: 1, max: 12, names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] };
const DAYS_OF_WEEK: Bounds = { min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

const USUAL: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);
const EVERY = "@every ";
const ZONE = /^(?:CRON_)?TZ=([^ ]*)( ?)/;

/** @throws CronError */
export function parseCron(text: string): CronSchedule | Every {
  if (text === "") throw new CronError("empty spec string");
  const schedule = withoutZone(text);
  if (schedule.startsWith(EVERY)) return { everyNanoseconds: every(schedule) };
  const plain = schedule.startsWith("@") ? USUAL.get(schedule) : schedule;
  if (plain === undefined) throw new CronError(`unrecognized descriptor: ${schedule}`);
  const fields = plain.split(/\s+/).filter(Boolean);
  if (fields.length !== 5) throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  const [minutes = "", hours = "", daysOfMonth = "", months = "", daysOfWeek = ""] = fields;
  return {
    minutes: fieldOf(minutes, MINUTES).values,
    hours: fieldOf(hours, HOURS).values,
    daysOfMonth: fieldOf(daysOfMonth, DAYS_OF_MONTH).values,
    months: fieldOf(months, MONTHS).values,
    daysOfWeek: fieldOf(daysOfWeek, DAYS_OF_WEEK).values,
    anyDayOfMonth: fieldOf(daysOfMonth, DAYS_OF_MONTH).any,
    anyDayOfWeek: fieldOf(daysOfWeek, DAYS_OF_WEEK).any,
  };
}

/** A zone before the schedule is an old way of naming one, which a CronJob's own field replaces. */
function withoutZone(text: string): string {
  const [before, zone = "", space] = ZONE.exec(text) ?? [""];
  if (before === "") return text;
  if (!space) throw new CronError("invalid schedule format: runtime error: slice bounds out of range [:-1]");
  if (zone !== "" && zone !== "Local" && !isTimeZone(zone)) throw new CronError(`provided bad location ${zone}: unknown time zone ${zone}`);
  return text.slice(before.length).trim();
}

/** Whether the machine knows a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    const isMiswritten = timeZone !== name && timeZone.toLowerCase() === name.toLowerCase();
    return !isMiswritten && !/^[+-]/.test(name); // Offsets are none of IANA's names.
  } catch {
    return false;
  }
}

function every(schedule: string): bigint {
  try {
    return parseDuration(schedule.slice(EVERY.length));
  } catch (error) {
    throw new CronError(`failed to parse duration ${schedule}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fieldOf(field: string, bounds: Bounds): { values: ReadonlySet<number>; any: boolean } {
  const values = new Set<number>();
  let any = false;
  for (const part of field.split(",").filter(Boolean)) {
    const { start, end, step, star } = range(part, bounds);
    for (let value = start; value <= end; value += step) values.add(value);
    any ||= star && step === 1;
  }
  return { values, any };
}

function range(part: string, bounds: Bounds): { start: number; end: number; step: number; star: boolean } {
  const [span = "", stepText, ...moreSteps] = part.split("/");
  const [low = "", high, ...moreHyphens] = span.split("-");
  const star = low === "*" || low === "?";
  if (!star && moreHyphens.length > 0) throw new CronError(`too many hyphens: ${part}`);
  const start = star ? bounds.min : numberOf(low, bounds.names, bounds.min);
  let end = star ? bounds.max : high === undefined ? start : numberOf(high, bounds.names, bounds.min);
  if (moreSteps.length > 0) throw new CronError(`too many slashes: ${part}`);
  const step = stepText === undefined ? 1 : numberOf(stepText);
  if (stepText !== undefined && high === undefined) end = bounds.max;
  if (start < bounds.min) throw new CronError(`beginning of range (${start}) below minimum (${bounds.min}): ${part}`);
  if (end > bounds.max) throw new CronError(`end of range (${end}) above maximum (${bounds.max}): ${part}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${part}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${part}`);
  return { start, end, step, star };
}

function numberOf(text: string, names: readonly string[] = [], first = 0): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + first;
  if (!/^[+-]?\d{1,18}$/.test(text)) throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const number = Number(text);
  if (number < 0) throw new CronError(`negative number (${number}) not allowed: ${text}`);
  return number;
}

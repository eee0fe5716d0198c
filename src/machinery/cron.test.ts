/** Schedules: what each form means, and what is said of those that mean nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CronError, isTimeZone, parseCron } from "./cron.ts";

test("fields are numbers, names, ranges, steps and lists of these", () => {
  const schedule = parseCron("*/20 0-6/3 1,15 jan-mar MON");
  assert(!("everyNanoseconds" in schedule));
  const { minutes, hours, daysOfMonth, months, daysOfWeek } = schedule;
  assert.deepEqual(
    [minutes, hours, daysOfMonth, months, daysOfWeek].map((field) => [...field]),
    [[0, 20, 40], [0, 3, 6], [1, 15], [1, 2, 3], [1]],
  );
  assert.deepEqual([schedule.anyDayOfMonth, schedule.anyDayOfWeek], [false, false]);
});

test("the usual ones have names, and some don't go by the clock", () => {
  assert.deepEqual(parseCron("@daily"), parseCron("0 0 * * *"));
  assert.deepEqual(parseCron("@every 90m"), { everyNanoseconds: 5_400_000_000_000n });
});

const refused: readonly (readonly [string, string])[] = [
  ["", "empty spec string"],
  ["* * *", "expected exactly 5 fields, found 3: [* * *]"],
  ["60 * * * *", "end of range (60) above maximum (59): 60"],
  ["5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"],
  ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
  ["*/0 * * * *", "step of range should be a positive number: */0"],
  ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
  ["1/2/3 * * * *", "too many slashes: 1/2/3"],
  ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ["@often", "unrecognized descriptor: @often"],
];

for (const [text, message] of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseCron(text), new CronError(message));
  });
}

test("time zones are IANA's names, as they are written", () => {
  assert.deepEqual(["UTC", "Europe/Berlin", "Asia/Calcutta", "europe/berlin", "Foo/Bar", "+01:00"].map(isTimeZone), [true, true, true, false, false, false]);
});

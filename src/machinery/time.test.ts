import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMicroTime, formatTime, isCanonicalTime, parseMicroTime, parseTime, TimeError, ZERO_SECONDS } from "./time.ts";

test("times are read with any zone and written in UTC", () => {
  assert.equal(formatTime(parseTime("2024-02-29T23:30:00.999-01:00")), "2024-03-01T00:30:00Z");
  assert.equal(formatTime(parseTime("2024-02-29T5:30:00Z")), "2024-02-29T05:30:00Z");
  assert.equal(formatMicroTime(parseMicroTime("2024-01-01T00:00:00.000120Z")), "2024-01-01T00:00:00.000120Z");
  assert.equal(parseTime("0001-01-01T00:00:00Z").seconds, ZERO_SECONDS);
  assert.equal(formatTime({ seconds: ZERO_SECONDS }), "0001-01-01T00:00:00Z");
  assert.equal(parseTime("2024-01-01T00:00:00.5Z").nanos, 500_000_000);
});

test("what is no time is refused in Go's words", () => {
  const refused: Readonly<Record<string, string>> = {
    "": 'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"',
    "2024-1-01": 'parsing time "2024-1-01" as "2006-01-02T15:04:05Z07:00": cannot parse "1-01" as "01"',
    "2024-01-01 00:00:00Z": 'parsing time "2024-01-01 00:00:00Z" as "2006-01-02T15:04:05Z07:00": cannot parse " 00:00:00Z" as "T"',
    "2023-02-29T00:00:00Z": 'parsing time "2023-02-29T00:00:00Z": day out of range',
    "2024-13-01T00:00:00Z": 'parsing time "2024-13-01T00:00:00Z": month out of range',
    "2024-01-01T24:00:00Z": 'parsing time "2024-01-01T24:00:00Z": hour out of range',
    "2024-01-01T00:00:00Zx": 'parsing time "2024-01-01T00:00:00Zx": extra text: "x"',
  };
  for (const [text, message] of Object.entries(refused)) assert.throws(() => parseTime(text), new TimeError(message));
  assert.throws(() => parseMicroTime("2024-01-01T00:00:00Z"), /cannot parse "Z" as "\.000000"/);
});

test("the quick check takes only what would be written again", () => {
  const good = ["2024-02-29T00:00:00Z", "1999-12-31T23:59:59Z"];
  const bad = ["2023-02-29T00:00:00Z", "2024-04-31T00:00:00Z", "2024-01-01T00:00:00+", "0001-01-01T00:00:00Z", "2024-01-01T24:00:00Z"];
  assert.deepEqual([...good, ...bad].map(isCanonicalTime), [true, true, false, false, false, false, false]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { DurationError, formatDuration, parseDuration } from "./duration.ts";

test("durations are written as Go does", () => {
  const texts = {
    "1h30m": "1h30m0s",
    "90s": "1m30s",
    "1.5s": "1.5s",
    "1500us": "1.5ms",
    "-2h": "-2h0m0s",
    "0": "0s",
    "100": "",
    "1µs": "1µs",
    ".5h": "30m0s",
    "1ns": "1ns",
  };
  const seen = Object.fromEntries(
    Object.keys(texts).map((text) => {
      try {
        return [text, formatDuration(parseDuration(text))];
      } catch (error) {
        assert(error instanceof DurationError);
        return [text, ""];
      }
    }),
  );
  assert.deepEqual(seen, texts);
});

test("what is no duration is refused in Go's words", () => {
  assert.throws(() => parseDuration(""), new DurationError('time: invalid duration ""'));
  assert.throws(() => parseDuration("5"), new DurationError('time: missing unit in duration "5"'));
  assert.throws(() => parseDuration("5d"), new DurationError('time: unknown unit "d" in duration "5d"'));
  assert.throws(() => parseDuration("9999999h"), new DurationError('time: invalid duration "9999999h"'));
});

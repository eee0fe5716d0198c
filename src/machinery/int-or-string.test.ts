import assert from "node:assert/strict";
import { test } from "node:test";
import { intValue, scaledValue } from "./int-or-string.ts";

test("numbers, numeric strings and percentages", () => {
  assert.deepEqual([intValue(80), intValue("80"), intValue("http")], [80, 80, 0]);
  assert.deepEqual([scaledValue(3, 10, true), scaledValue("25%", 10, true), scaledValue("25%", 10, false)], [3, 3, 2]);
  assert.throws(() => scaledValue("25", 10, true), /is not a percentage/);
});

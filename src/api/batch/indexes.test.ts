/** Indexes as text. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, overlap, parseIndexes } from "./indexes.ts";

test("numbers and ranges, rising, below the number of completions", () => {
  const { intervals, problem } = parseIndexes("0,3-5,9", 10);
  assert.deepEqual([problem, countOf(intervals)], [undefined, 5]);
  assert.deepEqual(
    ["3,1", "4-2", "10", "x", "1-2-3"].map((text) => parseIndexes(text, 10).problem?.split(":")[0]),
    [
      "non-increasing order, previous",
      "non-increasing order, previous",
      "too large index",
      "cannot convert string to integer for index",
      `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`,
    ],
  );
});

test("what is in two sets is found", () => {
  const of = (text: string) => parseIndexes(text, 100).intervals;
  assert.equal(overlap(of("0-4,20"), of("5,7-19,20-30")), 20);
  assert.equal(overlap(of("0-4"), of("5")), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { newSharedCounters, userCounts } from "./user-counts.ts";

test("users are counted alone or by all who share the counters", () => {
  const shared = newSharedCounters("secret");
  const [one, other, alone] = [userCounts(shared), userCounts(shared), userCounts(undefined)];
  for (const counts of [one, other, alone]) counts.add("ann", 1);
  one.add("bob", 1);
  assert.deepEqual([one.of("ann"), other.of("ann"), alone.of("ann")], [2, 2, 1]);
  other.add("ann", -1);
  alone.add("ann", -1);
  assert.deepEqual([one.of("ann"), alone.of("ann"), one.of("bob"), alone.of("bob")], [1, 0, 1, 0]);
});

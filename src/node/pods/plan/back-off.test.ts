import assert from "node:assert/strict";
import { test } from "node:test";
import { BackOff } from "./back-off.ts";

test("the first restart is at once, then 10 s doubling to 5 min", () => {
  const backOff = new BackOff();
  let now = 0;
  const waits: number[] = [];
  for (let run = 0; run < 8; run++) {
    const endedAt = now;
    const wait = backOff.remainingMs("c", endedAt, now);
    waits.push(wait / 1000);
    now += wait;
    backOff.next("c", endedAt, now);
  }
  assert.deepEqual(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
});

test("ten quiet minutes are forgiven", () => {
  const backOff = new BackOff();
  backOff.next("c", 0, 0);
  assert.equal(backOff.remainingMs("c", 9 * 60_000, 9 * 60_000), 10_000);
  assert.equal(backOff.remainingMs("c", 11 * 60_000, 11 * 60_000), 0);
});

test("a restarted agent goes on where the restarts had led to", () => {
  const backOff = new BackOff();
  backOff.recall("c", 3, 1000);
  backOff.recall("c", 1, 1000);
  assert.equal(backOff.remainingMs("c", 1000, 1000), 40_000);
  assert.equal(backOff.remainingMs("other", 1000, 1000), 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../machinery/clock.ts";
import { WorkQueue } from "./queue.ts";

/** A clock that stands until it is moved. */
function handClock(): Clock & { move(ms: number): Promise<void> } {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    after(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async move(ms) {
      now += ms;
      for (const timer of [...timers].filter((t) => t.at <= now).toSorted((a, b) => a.at - b.at)) {
        timers.delete(timer);
        timer.callback();
      }
      await new Promise(setImmediate);
    },
  };
}

test("WorkQueue runs a key that was added while in work once more, and never twice at once", async () => {
  const release = Promise.withResolvers<void>();
  let running = 0;
  let runs = 0;
  const queue = new WorkQueue({
    clock: handClock(),
    workers: 4,
    work: async () => {
      assert.equal(++running, 1);
      runs++;
      if (runs === 1) await release.promise;
      running--;
    },
    onError: (_, error) => assert.fail(String(error)),
  });
  for (let times = 0; times < 5; times++) queue.add("a");
  assert.equal(runs, 1);
  release.resolve();
  await new Promise(setImmediate);
  assert.deepEqual({ runs, left: queue.length }, { runs: 2, left: 0 });
});

test("WorkQueue lets a failing key wait longer each time and forgets its failures when it succeeds", async () => {
  const clock = handClock();
  const delays: number[] = [];
  let fail = true;
  const queue = new WorkQueue({
    clock,
    workers: 1,
    work: async () => {
      if (fail) throw new Error("no");
    },
    onError: (_key, _error, retryInMs) => delays.push(retryInMs),
  });
  queue.add("a");
  await clock.move(0);
  for (const ms of [5, 10, 20]) await clock.move(ms);
  fail = false;
  await clock.move(40);
  fail = true;
  queue.add("a");
  await clock.move(0);
  assert.deepEqual(delays, [5, 10, 20, 40, 5]);
});

test("WorkQueue keeps the earliest of several times for a key", async () => {
  const clock = handClock();
  let runs = 0;
  const queue = new WorkQueue({ clock, workers: 1, work: async () => void runs++, onError: (_, error) => assert.fail(String(error)) });
  queue.addAfter("a", 100);
  queue.addAfter("a", 10);
  queue.addAfter("a", 50);
  await clock.move(10);
  assert.equal(runs, 1);
  await clock.move(1000);
  assert.equal(runs, 1);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../machinery/clock.ts";
import { StepLoop } from "./step-loop.ts";

/** A clock whose time passes when it is told. */
function manualClock(): Clock & { pass(ms: number): void; readonly waits: number[] } {
  let now = 0;
  let timer: { at: number; callback: () => void } | undefined;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    after(delayMs, callback) {
      waits.push(delayMs);
      const own = { at: now + delayMs, callback };
      timer = own;
      return () => {
        if (timer === own) timer = undefined;
      };
    },
    pass(ms) {
      now += ms;
      if (timer && timer.at <= now) timer.callback();
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a step follows a poke, also one that came during a step, and the time that was asked for", async () => {
  const clock = manualClock();
  let steps = 0;
  let pokeDuring = true;
  const loop: StepLoop = new StepLoop({
    clock,
    onError: assert.fail,
    async step() {
      steps++;
      assert.ok(loop.stepping);
      if (pokeDuring) loop.poke();
      pokeDuring = false;
      loop.wakeAt([undefined, clock.now() + 5000, clock.now() + 1000]);
    },
  });
  const running = loop.run();
  await settle();
  assert.deepEqual([steps, loop.stepping], [2, false]);
  clock.pass(999);
  await settle();
  assert.equal(steps, 2);
  clock.pass(1);
  await settle();
  assert.equal(steps, 3);
  loop.end();
  await running;
  clock.pass(10_000);
  await settle();
  assert.deepEqual([steps, loop.over], [3, true]);
});

test("what fails is tried again, later and later, and a success forgets it", async () => {
  const clock = manualClock();
  const errors: string[] = [];
  let fails = 7;
  const loop = new StepLoop({
    clock,
    onError: ({ message }) => errors.push(message),
    async step() {
      if (fails-- > 0) throw new Error(`${fails} left`);
    },
  });
  const running = loop.run();
  for (let turn = 0; turn < 8; turn++) {
    await settle();
    clock.pass(20_000);
  }
  await settle();
  assert.deepEqual(clock.waits, [500, 1000, 2000, 4000, 8000, 16_000, 20_000]);
  assert.equal(errors.length, 7);
  fails = 1;
  loop.poke();
  await settle();
  assert.equal(clock.waits.at(-1), 500);
  loop.end();
  await running;
});

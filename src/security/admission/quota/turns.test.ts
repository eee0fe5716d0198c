import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns, TurnTimeoutError } from "./turns.ts";

test("turns go round in order, one a namespace, and nobody waits for ever", async () => {
  const timers: (() => void)[] = [];
  const clock = {
    now: () => 0,
    after(_: number, callback: () => void) {
      timers.push(callback);
      return () => {};
    },
  };
  const turns = new Turns(clock);
  const order: string[] = [];
  async function visit(who: string): Promise<void> {
    const end = await turns.take("a");
    order.push(who);
    end();
  }
  const endFirst = await turns.take("a");
  const endOther = await turns.take("b");
  const second = visit("second");
  const third = visit("third");
  const fourth = visit("fourth");
  timers[1]?.();
  await assert.rejects(third, TurnTimeoutError);
  assert.deepEqual(order, []);
  endFirst();
  endFirst(); // Given back once, however often.
  await Promise.all([second, fourth]);
  endOther();
  await visit("later");
  assert.deepEqual(order, ["second", "fourth", "later"]);
});

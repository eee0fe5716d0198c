import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerRuntime } from "./container-runtime.ts";
import { inTurns } from "./in-turns.ts";

test("heavy calls run so many at once, in the order in which they came, also when some fail", async () => {
  let running = 0;
  let most = 0;
  const order: string[] = [];
  const startContainer = async (id: string): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    order.push(id);
    if (id === "3") throw new Error("refused");
  };
  // Only the calls that are limited are looked at.
  const runtime = inTurns({ startContainer } as unknown as ContainerRuntime, 2);
  const ids = Array.from({ length: 9 }, (_, index) => String(index));
  const outcomes = await Promise.allSettled(ids.map((id) => runtime.startContainer(id)));
  assert.deepEqual([most, order, outcomes.filter(({ status }) => status === "rejected").length], [2, ids, 1]);
});

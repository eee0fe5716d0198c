/** Hands of queues. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { dealHand } from "./deal.ts";

test("a hand has different queues, and a flow always has the same one", () => {
  for (let flow = 0; flow < 500; flow++) {
    const hand = dealHand(`flow ${flow}`, 64, 8);
    assert.equal(new Set(hand).size, 8);
    assert.ok(hand.every((queue) => queue >= 0 && queue < 64));
    assert.deepEqual(dealHand(`flow ${flow}`, 64, 8), hand);
  }
});

test("a hand can be the whole deck", () => {
  assert.deepEqual([...dealHand("a", 5, 5)].toSorted(), [0, 1, 2, 3, 4]);
});

test("queues are dealt evenly", () => {
  const dealt = new Array<number>(16).fill(0);
  for (let flow = 0; flow < 4000; flow++) for (const queue of dealHand(String(flow), 16, 4)) dealt[queue]!++;
  for (const count of dealt) assert.ok(count > 850 && count < 1150, `${dealt}`);
});

/** How seats are divided among levels that borrow. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allocate } from "./allocate.ts";

test("without bounds each gets the same multiple of what it wants", () => {
  const given = allocate(60, [
    { lower: 0, target: 10, upper: 100 },
    { lower: 0, target: 20, upper: 100 },
  ]);
  assert.deepEqual(given?.seats.map(Math.round), [20, 40]);
  assert.equal(Math.round(given!.fraction * 1000), 2000);
});

test("who reaches a bound leaves the rest to the others", () => {
  const given = allocate(60, [
    { lower: 0, target: 10, upper: 12 },
    { lower: 30, target: 30, upper: 100 },
    { lower: 0, target: 10, upper: 100 },
  ]);
  assert.deepEqual(given?.seats.map(Math.round), [12, 36, 12]);
});

test("bounds that can't give the total give nothing", () => {
  assert.equal(allocate(10, [{ lower: 11, target: 11, upper: 20 }]), undefined);
  assert.equal(allocate(30, [{ lower: 1, target: 11, upper: 20 }]), undefined);
});

test("all seats are handed out, within everybody's bounds", () => {
  const claim = fc
    .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 300 }))
    .map(([lower, more, room]) => ({ lower, target: lower + more, upper: lower + room }));
  fc.assert(
    fc.property(fc.array(claim, { minLength: 1, maxLength: 10 }), fc.double({ min: 0, max: 1, noNaN: true }), (claims, part) => {
      const lowest = claims.reduce((sum, { lower }) => sum + lower, 0);
      const highest = claims.reduce((sum, { upper }) => sum + upper, 0);
      const total = Math.round(lowest + (highest - lowest) * part);
      const given = allocate(total, claims)!;
      assert.ok(Math.abs(given.seats.reduce((sum, one) => sum + one, 0) - total) < 1e-3);
      given.seats.forEach((seats, i) => void assert.ok(seats >= claims[i]!.lower - 1e-6 && seats <= claims[i]!.upper + 1e-6));
    }),
  );
});

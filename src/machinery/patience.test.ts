/** Patience ends with the time, and not before. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ImpatientError, Patience } from "./patience.ts";

test("who has time looks on, who has none gives up within so many looks", () => {
  const patient = new Patience(60_000);
  for (let i = 0; i < 1000; i++) patient.look();
  patient.lookAtOnce();
  const impatient = new Patience(-1);
  assert.throws(() => impatient.lookAtOnce(), ImpatientError);
  assert.throws(() => {
    for (let i = 0; i < 64; i++) impatient.look();
  }, ImpatientError);
  assert.throws(() => patient.giveUp(), ImpatientError);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { compactRegularly } from "./compactor.ts";
import { ManualClock, put } from "./contract/support.ts";
import { memoryStore } from "./memory.ts";

test("compactRegularly() leaves what is younger than the history and takes what is older by a step", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock });
  const stop = compactRegularly(store, clock, 5000);
  const readable = async () => {
    const revisions = Array.from({ length: await store.revision() }, (_, i) => i + 1);
    const lists = await Promise.allSettled(revisions.map((revision) => store.list({ prefix: "", revision })));
    return revisions.filter((_, i) => lists[i]?.status === "fulfilled");
  };
  const pass = async (times = 1) => {
    for (let i = 0; i < times; i++) {
      clock.advance(1000);
      await turn();
    }
  };
  await turn();
  for (const value of ["2", "3"]) await store.txn({ if: [], then: [put("/a", value)] });
  await pass();
  await store.txn({ if: [], then: [put("/a", "4")] });
  await pass(4);
  assert.deepEqual(await readable(), [1, 2, 3, 4], "3 was the newest until four seconds ago");
  await pass();
  assert.deepEqual(await readable(), [3, 4], "all but the newest of five seconds ago is gone");
  await pass();
  assert.deepEqual(await readable(), [4]);
  stop();
  await store.txn({ if: [], then: [put("/a", "5")] });
  await pass(7);
  assert.deepEqual(await readable(), [4, 5]);
  await store.close();
});

test("compactRegularly() tries again with the same revision after a failure", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock });
  const asked: number[] = [];
  let broken = true;
  const compact = store.compact.bind(store);
  store.compact = async (revision) => {
    asked.push(revision);
    if (broken) throw new Error("the disk is full");
    await compact(revision);
  };
  const stop = compactRegularly(store, clock, 5000);
  await turn();
  await store.txn({ if: [], then: [put("/a", "2")] });
  for (let i = 0; i < 6; i++) {
    clock.advance(1000);
    await turn();
  }
  broken = false;
  clock.advance(1000);
  await turn();
  assert.deepEqual(asked, [1, 1, 1]);
  stop();
  await store.close();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { compactRegularly } from "./compactor.ts";
import { ManualClock, put } from "./contract/support.ts";
import { memoryStore } from "./memory.ts";

test("compactRegularly() leaves what is younger than its interval and takes what is older than two", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock });
  const stop = compactRegularly(store, clock, 1000);
  const readable = async () => {
    const revisions = Array.from({ length: await store.revision() }, (_, i) => i + 1);
    const lists = await Promise.allSettled(revisions.map((revision) => store.list({ prefix: "", revision })));
    return revisions.filter((_, i) => lists[i]?.status === "fulfilled");
  };
  const pass = async () => {
    clock.advance(1000);
    await turn();
  };
  await turn();
  for (const value of ["2", "3"]) await store.txn({ if: [], then: [put("/a", value)] });
  await pass();
  assert.deepEqual(await readable(), [1, 2, 3]);
  await store.txn({ if: [], then: [put("/a", "4")] });
  await pass();
  assert.deepEqual(await readable(), [3, 4]);
  await pass();
  assert.deepEqual(await readable(), [4]);
  stop();
  await store.txn({ if: [], then: [put("/a", "5")] });
  await pass();
  await pass();
  assert.deepEqual(await readable(), [4, 5]);
  await store.close();
});

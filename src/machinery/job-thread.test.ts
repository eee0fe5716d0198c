/** Jobs in a thread of their own: answered in order, given up when they take too long or too much, and their questions answered. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "./clock.ts";
import { JobRefusedError, JobThread } from "./job-thread.ts";

const MODULE = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { answerJobs } from ${JSON.stringify(new URL("./answer-jobs.ts", import.meta.url))};
    answerJobs(async (job, ask) => {
      if (job === "forever") for (;;);
      if (job === "much") { const all = []; for (;;) all.push(new Array(1000).fill({})); }
      if (job === "wrong") throw new Error("no such job");
      return job === "ask" ? [await ask(1), await ask(2)] : job + 1;
    });
  `)}`,
);

function open(options: { readonly timeoutMs?: number; readonly waitingMax?: number } = {}): JobThread<unknown, unknown, number> {
  return new JobThread({ clock: systemClock, module: MODULE, timeoutMs: 20_000, waitingMax: 2, heapMaxMb: 32, idleMs: 1000, ...options });
}

const refused = (why: string) => (error: unknown) => error instanceof JobRefusedError && error.why === why;

test("jobs are answered one after the other, and a mistake of the program is told", async () => {
  await using thread = open({ waitingMax: 3 });
  assert.deepEqual(await Promise.all([thread.run(1), thread.run(2), thread.run("ask", (question) => question * 10)]), [2, 3, [10, 20]]);
  await assert.rejects(thread.run("wrong"), /no such job/);
  await assert.rejects(
    thread.run("ask", () => Promise.reject(new Error("no answer"))),
    /no answer/,
  );
  assert.equal(await thread.run(5), 6);
});

test("a job that takes too long or too much memory is given up, and the next one is done", async () => {
  await using hasty = open({ timeoutMs: 500 });
  const [forever, next] = [hasty.run("forever"), hasty.run(1)];
  await assert.rejects(forever, refused("time"));
  assert.equal(await next, 2);
  await using small = open();
  await assert.rejects(small.run("much"), refused("memory"));
  assert.equal(await small.run(1), 2);
});

test("more than may wait are refused", async () => {
  await using thread = open({ waitingMax: 1 });
  const jobs = [thread.run(1), thread.run(2)];
  await assert.rejects(thread.run(3), refused("busy"));
  assert.deepEqual(await Promise.all(jobs), [2, 3]);
});

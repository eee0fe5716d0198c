/** Computing is seen, waiting is not. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../machinery/log.ts";
import { watchEventLoop } from "./watchdog.ts";

test("work that holds the event loop is counted and the requests under way are named", async () => {
  const told: unknown[] = [];
  const ignore = (): void => {};
  const log: Log = { debug: ignore, info: ignore, error: ignore, ready: ignore, warn: (message, facts) => told.push([message, facts?.requests]) };
  const watchdog = watchEventLoop(log, () => ["GET /a", "GET /b"]);
  await sleep(150);
  assert.equal(watchdog.stalls, 0);
  const start = process.threadCpuUsage();
  for (let spent = start; (spent.user - start.user) / 1000 < 200; ) spent = process.threadCpuUsage();
  await sleep(60);
  watchdog.stop();
  assert.equal(watchdog.stalls, 1);
  assert.deepEqual(told, [["the event loop was held", ["GET /a", "GET /b"]]]);
});

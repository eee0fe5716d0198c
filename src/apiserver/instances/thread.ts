/** The thread of an instance beside the first. Started by `runAll`. */

import { writeSync } from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../machinery/clock.ts";
import { hardenBuiltIns } from "../../machinery/hardening.ts";
import { createLog, type LogLevel } from "../../machinery/log.ts";
import { joinStore, type StoreTicket } from "../../storage/sqlite/store.ts";
import type { ApiServerConfig } from "../config.ts";
import type { SharedCounters } from "../flow/user-counts.ts";
import type { Counted } from "./instance.ts";
import { Line } from "./line.ts";
import { type Running, runInstance } from "./run.ts";

/** A thread's `process.stderr` goes by way of the main thread. */
const STDERR = 2;

export interface ThreadStart {
  readonly config: ApiServerConfig;
  readonly port: number;
  readonly index: number;
  readonly count: number;
  readonly ticket: StoreTicket;
  readonly watches: SharedCounters;
}

export type AskedOfThread = {
  /** Answered once the instance answers requests. */
  readonly begin: { readonly asked: undefined; readonly answered: undefined };
  readonly counted: { readonly asked: undefined; readonly answered: Counted };
  readonly setLogLevel: { readonly asked: LogLevel; readonly answered: undefined };
  /** Answered once the last request has ended. */
  readonly stop: { readonly asked: number; readonly answered: undefined };
};

/** What a thread asks of the first instance. */
export type AskedOfFirst = {
  /** Of all others than the one that asks. */
  readonly counted: { readonly asked: undefined; readonly answered: readonly Counted[] };
  readonly setLogLevel: { readonly asked: LogLevel; readonly answered: undefined };
};

hardenBuiltIns();
// Said at once and by this thread: a busy process may see that the thread has ended before it is told why.
process.on("uncaughtExceptionMonitor", (error) => writeSync(STDERR, `${error instanceof Error ? error.stack : error}\n`));
const { config, port, index, count, ticket, watches } = workerData as ThreadStart;
const log = createLog("apiserver");
const store = joinStore(ticket, systemClock);
let running: Promise<Running> | undefined;
const line = new Line<AskedOfFirst, AskedOfThread>(parentPort as MessagePort, {
  async begin() {
    running = runInstance({ config, port, store, instance: { index, count, others, watches }, log });
    await running.catch((error) => {
      setImmediate(() => {
        throw error; // It ends the process, as what a server that is alone can't begin with does.
      });
      throw error;
    });
  },
  counted: async () => (await running!).server.counted(),
  async setLogLevel(level) {
    log.setLevel?.(level);
  },
  async stop(graceMs) {
    await (await running)?.stop(graceMs);
    await store.close();
  },
});
const others = {
  counted: () => line.ask("counted", undefined),
  setLogLevel: (level: LogLevel) => void line.ask("setLogLevel", level),
};

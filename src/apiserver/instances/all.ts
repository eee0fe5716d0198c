/**
 * The instances of a process: the first in its main thread, each other in a thread of its own, all on one port, where the kernel deals out connections. Each is
 * what a server of its own would be over the one store; an error that nobody catches in any of them ends the process.
 */

import { Worker } from "node:worker_threads";
import type { Log, LogLevel } from "../../machinery/log.ts";
import { systemRandom } from "../../machinery/random.ts";
import type { SharedStore } from "../../storage/sqlite/store.ts";
import type { ApiServerConfig } from "../config.ts";
import { newSharedCounters } from "../flow/user-counts.ts";
import type { Counted, Instance } from "./instance.ts";
import { Line } from "./line.ts";
import { type Running, runInstance } from "./run.ts";
import type { AskedOfFirst, AskedOfThread, ThreadStart } from "./thread.ts";

export interface AllOptions {
  readonly config: ApiServerConfig;
  readonly count: number;
  readonly store: SharedStore;
  readonly log: Log;
}

interface Thread {
  readonly worker: Worker;
  readonly line: Line<AskedOfThread, AskedOfFirst>;
  stopping: boolean;
}

/** @returns once all of them answer requests; how to stop them all */
export async function runAll({ config, count, store, log }: AllOptions): Promise<{ readonly port: number; stop(graceMs: number): Promise<void> }> {
  const threads: Thread[] = [];
  const watches = newSharedCounters(systemRandom.uuid());
  let first: Running | undefined;
  const countedBy = (some: readonly Thread[]): Promise<Counted[]> => Promise.all(some.map(({ line }) => line.ask("counted", undefined)));
  const setLogLevel = (some: readonly Thread[], level: LogLevel): void => {
    for (const { line } of some) void line.ask("setLogLevel", level);
  };

  async function begin(index: number, port: number): Promise<void> {
    const ticket = store.ticket();
    const start: ThreadStart = { config, port, index, count, ticket, watches };
    const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData: start, transferList: [ticket.port], name: `apiserver-${index}` });
    const rest = (): Thread[] => threads.filter((one) => one !== thread);
    const line = new Line<AskedOfThread, AskedOfFirst>(worker, {
      counted: async () => [...(first ? [await first.server.counted()] : []), ...(await countedBy(rest()))],
      async setLogLevel(level) {
        log.setLevel?.(level);
        setLogLevel(rest(), level);
      },
    });
    const thread: Thread = { worker, line, stopping: false };
    worker.on("error", (error) => {
      throw error; // As it would end a process of its own.
    });
    worker.on("exit", (code) => {
      if (!thread.stopping) throw new Error(`The thread of instance ${index} ended with ${code}`);
    });
    await line.ask("begin", undefined);
    threads.push(thread);
  }

  const instance: Instance = {
    index: 0,
    count,
    others: { counted: () => countedBy(threads), setLogLevel: (level) => setLogLevel(threads, level) },
    ...(count > 1 && { watches }),
    async begin(port) {
      await Promise.all(Array.from({ length: count - 1 }, (_, i) => begin(i + 1, port)));
    },
  };
  const running = await runInstance({ config, port: config.port, store, instance, log });
  first = running;
  return {
    port: running.server.port,
    async stop(graceMs) {
      const stopped = threads.map(async (thread) => {
        thread.stopping = true;
        await thread.line.ask("stop", graceMs);
        await thread.worker.terminate();
      });
      await Promise.all([running.stop(graceMs), ...stopped]);
    },
  };
}

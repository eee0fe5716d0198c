/**
 * Looks for work that holds the event loop: nothing over user input may do so for long, because everybody waits. It counts such stalls, and names the
 * requests that were under way. Only time in which this thread computed counts, so that a machine that is busy with other things isn't taken for one.
 */

import { performance } from "node:perf_hooks";
import type { Log } from "../machinery/log.ts";

const TICK_MS = 20;
/** What one turn of the event loop may take. */
export const STALL_MS = 50;
/** A stall of this length is told of in the log; shorter ones are only counted. */
const LOGGED_MS = 100;
const NAMES_MAX = 5;

export interface Watchdog {
  /** How many turns took too long so far. */
  readonly stalls: number;
  stop(): void;
}

/** @param underWay names requests that aren't answered yet */
export function watchEventLoop(log: Log, underWay: () => Iterable<string>): Watchdog {
  let stalls = 0;
  let last = performance.now();
  let usage = process.threadCpuUsage();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - last - TICK_MS;
    last = now;
    const spent = process.threadCpuUsage(usage);
    usage = process.threadCpuUsage();
    const computedMs = (spent.user + spent.system) / 1000;
    if (late < STALL_MS || computedMs < STALL_MS) return;
    stalls++;
    if (computedMs >= LOGGED_MS) log.warn("the event loop was held", { milliseconds: Math.round(computedMs), requests: [...names(underWay())] });
  }, TICK_MS);
  timer.unref();
  return {
    get stalls() {
      return stalls;
    },
    stop: () => clearInterval(timer),
  };
}

function* names(all: Iterable<string>): Generator<string> {
  let count = 0;
  for (const name of all) {
    if (count++ === NAMES_MAX) return;
    yield name;
  }
}

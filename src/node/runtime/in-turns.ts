/** Lets only so many of the runtime's heavy calls run at once: past a few per processor each one only makes all others slower (measured: thirty at once take longer than three times ten). */

import type { ContainerRuntime } from "./container-runtime.ts";

/** Calls that start programs and touch the network; waiting ones (stopContainer) and questions are not among them. */
const HEAVY = ["runSandbox", "stopSandbox", "removeSandbox", "createContainer", "startContainer", "removeContainer"] as const;

/** @param limit how many at once */
export function inTurns(runtime: ContainerRuntime, limit: number): ContainerRuntime {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function turn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place is handed on, so that nobody slips in between.
      if (next) next();
      else running--;
    }
  }

  const { runSandbox, stopSandbox, removeSandbox, createContainer, startContainer, removeContainer } = runtime;
  const limited: Pick<ContainerRuntime, (typeof HEAVY)[number]> = {
    runSandbox: (...given) => turn(() => runSandbox(...given)),
    stopSandbox: (...given) => turn(() => stopSandbox(...given)),
    removeSandbox: (...given) => turn(() => removeSandbox(...given)),
    createContainer: (...given) => turn(() => createContainer(...given)),
    startContainer: (...given) => turn(() => startContainer(...given)),
    removeContainer: (...given) => turn(() => removeContainer(...given)),
  };
  return { ...runtime, ...limited };
}

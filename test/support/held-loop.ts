/** For how long at most this thread's event loop was held by computing, while something runs. Waiting for the processor isn't counted. */

const TICK_MS = 2;

export interface Held<T> {
  readonly value: T;
  readonly milliseconds: number;
}

export async function heldBy<T>(run: () => Promise<T>): Promise<Held<T>> {
  let most = 0;
  let usage = process.threadCpuUsage();
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(usage);
    usage = process.threadCpuUsage();
    most = Math.max(most, (user + system) / 1000);
  };
  const timer = setInterval(look, TICK_MS);
  try {
    const value = await run();
    look();
    return { value, milliseconds: most };
  } finally {
    clearInterval(timer);
  }
}

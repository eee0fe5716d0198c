/** Runs a component until the process is told to stop. */

/** @param run starts the component and returns; the signal aborts when SIGTERM or SIGINT arrives. @returns after that */
export async function untilStopped(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    const alive = setInterval(() => undefined, 2 ** 30);
    const stop = (): void => {
      clearInterval(alive);
      end.abort();
      resolve();
    };
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, stop);
  });
  await run(end.signal);
  await stopped;
}

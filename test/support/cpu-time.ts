/** How long this thread has computed for something: unlike a clock, it doesn't count what else the machine does meanwhile. */

/** @returns milliseconds of the thread's own processor time */
export function cpuMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

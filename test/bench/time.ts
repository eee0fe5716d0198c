/** Times a call, warm, and prints its mean. */

const MIN_MS = 500;

/** Prints one line of a benchmark: what was called, and how long a call took on average. */
export function time(name: string, call: () => unknown): void {
  const warmUntil = performance.now() + MIN_MS / 2;
  while (performance.now() < warmUntil) call();
  let calls = 0;
  const start = performance.now();
  while (performance.now() - start < MIN_MS) {
    for (let i = 0; i < 50; i++) call();
    calls += 50;
  }
  console.log(`${name.padEnd(44)} ${(((performance.now() - start) * 1000) / calls).toFixed(2).padStart(9)} µs`);
}

/** Times calls, warm, and prints the mean of each as a row of a table. */

const MIN_MS = Number(process.env.BENCH_MS ?? 400);
const NAME_WIDTH = 52;

/** Prints one row: what was called, how long a call took on average, how many fit into a second. */
export function time(name: string, call: () => unknown): void {
  const warmUntil = performance.now() + MIN_MS / 2;
  while (performance.now() < warmUntil) call();
  let calls = 0;
  const start = performance.now();
  while (performance.now() - start < MIN_MS) {
    for (let i = 0; i < 50; i++) call();
    calls += 50;
  }
  row(name, ((performance.now() - start) * 1000) / calls);
}

/** Prints the head of a part of the table. */
export function heading(title: string): void {
  console.log(`\n${title.padEnd(NAME_WIDTH)} ${"µs/call".padStart(10)} ${"calls/s".padStart(12)}`);
}

function row(name: string, microseconds: number): void {
  console.log(
    `  ${name.padEnd(NAME_WIDTH - 2)} ${microseconds.toFixed(2).padStart(10)} ${Math.round(1e6 / microseconds)
      .toLocaleString("en")
      .padStart(12)}`,
  );
}

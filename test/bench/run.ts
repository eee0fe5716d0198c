/**
 * All micro-benchmarks as one table: `node test/bench/run.ts [NAME …]`, by hand, before and after a change to a hot path. `BENCH_MS` says how long each
 * call is repeated. They time single functions; what a client sees is measured by load against a server.
 */

const PARTS = ["codecs", "objects", "access", "flow", "watch"];
const wanted = process.argv.slice(2);

for (const part of PARTS) if (wanted.length === 0 || wanted.includes(part)) await import(`./${part}.ts`);
process.exit(0);

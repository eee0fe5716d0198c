/**
 * How fast the embedded store is on this machine: `node test/bench/store.ts [SECONDS] [FOLDER]`. Prints acknowledged writes per second with 1, 16 and
 * 64 writers of sealed 6 kB objects, live events per second to watches, and how fast history and lists are read back.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore } from "../../src/storage/sqlite/store.ts";
import type { Store } from "../../src/storage/store.ts";

const OBJECT_BYTES = 6000;
const OBJECTS = 10_000;
const WATCHES = 70;
const seconds = Number(process.argv[2] ?? 3);
const dir = mkdtempSync(join(process.argv[3] ?? tmpdir(), "rampart-bench-"));
let created = 0;
const object = Buffer.alloc(OBJECT_BYTES, "an object of some kilobytes, ");

const store = await sqliteStore({ file: join(dir, "state.db"), keyFile: join(dir, "sealing.key") });
try {
  for (const writers of [1, 16, 64]) report(`creates by ${writers} writers`, await rate(writers, create));
  for (const writers of [1, 16, 64]) report(`updates by ${writers} writers`, await rate(writers, update));
  await withWatches(async (told) => {
    const before = told();
    report(`updates by 16 writers, ${WATCHES} watches`, await rate(16, update));
    report("  events told", (told() - before) / seconds);
  });
  const revision = await store.revision();
  const [listMs, listing] = await timed(() => store.list({ prefix: "/registry/pods/" }));
  report(`list of ${listing.entries.length}, entries`, (listing.entries.length / listMs) * 1000);
  const [watchMs] = await timed(() => replay(store, Math.max(1, revision - OBJECTS), revision));
  report("history to a watch, changes", (OBJECTS / watchMs) * 1000);
  const [compactMs] = await timed(() => store.compact(revision));
  report("compaction, revisions", (revision / compactMs) * 1000);
  console.log(`memory of this process: ${pss()} MiB`);
} finally {
  await store.close();
  rmSync(dir, { recursive: true });
}

async function create(): Promise<void> {
  await write(`/registry/pods/ns-${created % 50}/web-${created++}`);
}

async function update(): Promise<void> {
  const n = Math.floor(Math.random() * Math.min(created, OBJECTS));
  await write(`/registry/pods/ns-${n % 50}/web-${n}`);
}

async function write(key: string): Promise<void> {
  const [, , , namespace = ""] = key.split("/");
  await store.txn({
    if: [],
    then: [{ put: key, value: object, side: object.subarray(0, 100), uid: "0b6cd1ab-19d5-4d4a-9b8c-2f8e2b6d4c11", scope: namespace }],
  });
}

/** So many writers, each with one write at a time, for the time given. @returns writes per second */
async function rate(writers: number, once: () => Promise<void>): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let count = 0;
  const writer = async () => {
    for (; performance.now() < end; count++) await once();
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return (count / (performance.now() - start)) * 1000;
}

/** One watch sees everything, the others look on, as the watch caches of the other kinds do. */
async function withWatches(body: (told: () => number) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const from = await store.revision();
  let told = 0;
  const onChanges = (changes: readonly unknown[]) => {
    told += changes.length;
  };
  for (let i = 0; i < WATCHES; i++) {
    store.watch({ prefix: i === 0 ? "/registry/pods/" : `/registry/kind-${i}/`, from, signal: stop.signal, onChanges, onError: console.error });
  }
  await body(() => told);
  stop.abort();
}

function replay(store: Store, from: number, to: number): Promise<void> {
  const stop = new AbortController();
  const done = Promise.withResolvers<void>();
  const onChanges = (changes: readonly { revision: number }[]) => (changes.at(-1)?.revision ?? 0) >= to && done.resolve();
  store.watch({ prefix: "/registry/pods/", from, signal: stop.signal, onChanges, onError: done.reject });
  return done.promise.finally(() => stop.abort());
}

async function timed<T>(body: () => Promise<T>): Promise<[milliseconds: number, result: T]> {
  const start = performance.now();
  const result = await body();
  return [performance.now() - start, result];
}

function report(what: string, perSecond: number): void {
  console.log(`${what.padEnd(44)} ${Math.round(perSecond).toLocaleString("en").padStart(10)} /s`);
}

function pss(): number {
  const rollup = readFileSync("/proc/self/smaps_rollup", "utf8");
  return Math.round(Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024);
}

/**
 * The store's contract as tests. Each backend calls `storeSuite` from its own test file; the in-memory model is the first caller,
 * and the oracle that the property tests compare the others with (suite-property.ts).
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../machinery/clock.ts";
import { CHANGES_MAX } from "./keys.ts";
import { type Change, CompactedError, type Entry, FutureRevisionError, type Put, type Store, StoreClosedError, type WatchedChange } from "./store.ts";
import { propertySuite } from "./suite-property.ts";

/** Opens a new, empty store. @param dir an empty folder, removed afterwards  @param clock for times to live; a backend with a clock of its own may ignore it */
export type OpenStore = (dir: string, clock: Clock) => Store | Promise<Store>;

const DEADLINE_MS = 10_000;

/** Runs the contract against one backend. */
export function storeSuite(name: string, open: OpenStore): void {
  const check = (title: string, body: (store: Store, clock: ManualClock) => Promise<void>) =>
    test(`${name}: ${title}`, { timeout: 60_000 }, async () => {
      const dir = mkdtempSync(join(tmpdir(), "rampart-store-"));
      const clock = new ManualClock();
      try {
        const store = await open(dir, clock);
        try {
          await body(store, clock);
        } finally {
          await store.close();
        }
      } finally {
        rmSync(dir, { recursive: true });
      }
    });

  check("an empty store is at revision 1 and has nothing", async (store) => {
    assert.equal(await store.revision(), 1);
    assert.equal(await store.get("/a"), undefined);
    assert.deepEqual(await store.list({ prefix: "" }), { entries: [], revision: 1, more: false, remaining: 0 });
  });

  check("a key has the revisions of its creation and of its last change", async (store) => {
    const made = await store.txn({ if: [{ key: "/a", modified: 0 }], then: [put("/a", "one")] });
    assert.deepEqual(made, { succeeded: true, revision: 2, found: [] });
    const changed = await store.txn({ if: [{ key: "/a", modified: made.revision }], then: [put("/a", "two", "side")] });
    assert.equal(changed.revision, 3);
    assert.deepEqual(plain(await store.get("/a")), { key: "/a", value: "two", side: "side", created: 2, modified: 3 });
    assert.equal(await store.revision(), 3);
    await store.txn({ if: [], then: [{ delete: "/a" }] });
    assert.equal(await store.get("/a"), undefined);
    await store.txn({ if: [], then: [put("/a", "again")] });
    assert.deepEqual(plain(await store.get("/a")), { key: "/a", value: "again", side: undefined, created: 5, modified: 5 });
  });

  check("a transaction does nothing unless every condition holds, and says what stands there", async (store) => {
    await store.txn({ if: [], then: [put("/a", "1"), put("/b", "2")] });
    const refused = await store.txn({
      if: [
        { key: "/a", modified: 2 },
        { key: "/b", modified: 0 },
        { key: "/c", modified: 0 },
      ],
      then: [put("/a", "lost"), put("/c", "lost"), { delete: "/b" }],
    });
    assert.deepEqual(
      { ...refused, found: refused.found.map(plain) },
      {
        succeeded: false,
        revision: 2,
        found: [
          { key: "/a", value: "1", side: undefined, created: 2, modified: 2 },
          { key: "/b", value: "2", side: undefined, created: 2, modified: 2 },
          undefined,
        ],
      },
    );
    assert.deepEqual(await contents(store), { "/a": "1", "/b": "2" });
    assert.equal(await store.revision(), 2);
  });

  check("all changes of a transaction have one revision", async (store) => {
    await store.txn({ if: [], then: [put("/a", "1"), put("/b", "1")] });
    await store.txn({ if: [], then: [{ delete: "/a" }, put("/b", "2"), put("/c", "2")] });
    const { entries, revision } = await store.list({ prefix: "/" });
    assert.deepEqual(
      entries.map((entry) => [entry.key, entry.created, entry.modified]),
      [
        ["/b", 2, 3],
        ["/c", 3, 3],
      ],
    );
    assert.equal(revision, 3);
  });

  check("what changes nothing raises nothing", async (store) => {
    assert.deepEqual(await store.txn({ if: [], then: [{ delete: "/none" }] }), { succeeded: true, revision: 1, found: [] });
    assert.deepEqual(await store.txn({ if: [{ key: "/none", modified: 0 }], then: [] }), { succeeded: true, revision: 1, found: [] });
    assert.equal(await store.revision(), 1);
  });

  check("of many that create the same key at once exactly one succeeds", async (store) => {
    const results = await Promise.all(Array.from({ length: 50 }, (_, i) => store.txn({ if: [{ key: "/a", modified: 0 }], then: [put("/a", `${i}`)] })));
    const winners = results.flatMap((result, i) => (result.succeeded ? [`${i}`] : []));
    assert.equal(winners.length, 1);
    assert.deepEqual(await contents(store), { "/a": winners[0] });
  });

  check("increments by compare and swap lose nothing", async (store) => {
    await store.txn({ if: [], then: [put("/n", "0")] });
    const increment = async (): Promise<void> => {
      const entry = (await store.get("/n")) as Entry;
      const result = await store.txn({ if: [{ key: "/n", modified: entry.modified }], then: [put("/n", `${Number(text(entry.value)) + 1}`)] });
      if (!result.succeeded) await increment();
    };
    await Promise.all(Array.from({ length: 20 }, increment));
    assert.deepEqual(await contents(store), { "/n": "20" });
  });

  check("values keep every byte, whatever their size", async (store) => {
    const pool = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
    const values: [Uint8Array, Uint8Array | undefined][] = [
      [new Uint8Array(0), undefined],
      [new Uint8Array(0), new Uint8Array(0)],
      [pool.subarray(3, 300), pool.subarray(300, 700)],
      [Buffer.alloc(3 * 1024 * 1024, 7), pool],
    ];
    await Promise.all(values.map(([value, side], i) => store.txn({ if: [], then: [{ put: `/${i}`, value, side, uid: `uid-${i}`, scope: "" }] })));
    for (const [i, [value, side]] of values.entries()) {
      const entry = await store.get(`/${i}`);
      assert.ok(entry && Buffer.from(value).equals(entry.value), `the value of ${value.length} bytes`);
      assert.deepEqual(entry.side && Buffer.from(entry.side), side && Buffer.from(side));
    }
  });

  check("lists are in the byte order of keys", async (store) => {
    // In UTF-16, JavaScript's order, the two last would change places.
    const keys = ["/", "/a", "/a-b", "/a.b", "/a/", "/a/b", "/aa", "/b", "/ä", "/\uffee", "/😀"];
    await store.txn({ if: [], then: keys.toReversed().map((key) => put(key, key)) });
    assert.deepEqual(
      (await store.list({ prefix: "" })).entries.map((entry) => entry.key),
      keys,
    );
    assert.deepEqual(
      (await store.list({ prefix: "/a/" })).entries.map((entry) => entry.key),
      ["/a/", "/a/b"],
    );
    assert.deepEqual(
      (await store.list({ prefix: "/😀" })).entries.map((entry) => entry.key),
      ["/😀"],
    );
    assert.deepEqual((await store.list({ prefix: "/a/b/c" })).entries, []);
  });

  check("pages follow each other at one revision while others write", async (store) => {
    for (const key of ["/b/0", "/a/1", "/a/2", "/a/3", "/a/4", "/a/5"]) await store.txn({ if: [], then: [put(key, "old")] });
    const first = await store.list({ prefix: "/a/", limit: 2 });
    assert.deepEqual(summary(first.entries), ["/a/1=old", "/a/2=old"]);
    assert.deepEqual([first.more, first.remaining, first.revision], [true, 3, 7]);
    await store.txn({ if: [], then: [put("/a/3", "new"), { delete: "/a/4" }, put("/a/35", "new")] });
    const second = await store.list({ prefix: "/a/", limit: 2, after: "/a/2", revision: first.revision });
    assert.deepEqual(summary(second.entries), ["/a/3=old", "/a/4=old"]);
    assert.deepEqual([second.more, second.remaining, second.revision], [true, 1, 7]);
    const third = await store.list({ prefix: "/a/", limit: 2, after: "/a/4", revision: first.revision });
    assert.deepEqual(summary(third.entries), ["/a/5=old"]);
    assert.deepEqual([third.more, third.remaining], [false, 0]);
    assert.deepEqual(summary((await store.list({ prefix: "/a/", after: "/a/2" })).entries), ["/a/3=new", "/a/35=new", "/a/5=old"]);
    assert.deepEqual(summary((await store.list({ prefix: "/b/", after: "/a/2" })).entries), ["/b/0=old"]);
    assert.deepEqual(summary((await store.list({ prefix: "/a/", after: "/b" })).entries), []);
  });

  check("a list of thousands is whole", async (store) => {
    const keys = Array.from({ length: 5000 }, (_, i) => `/many/${String(i).padStart(5, "0")}`);
    for (let i = 0; i < keys.length; i += 500) await store.txn({ if: [], then: keys.slice(i, i + 500).map((key) => put(key, key)) });
    const { entries, more } = await store.list({ prefix: "/many/" });
    assert.deepEqual(
      summary(entries),
      keys.map((key) => `${key}=${key}`),
    );
    assert.equal(more, false);
  });

  check("a list shows any revision that isn't compacted", async (store) => {
    await store.txn({ if: [], then: [put("/a", "1")] });
    await store.txn({ if: [], then: [put("/a", "2"), put("/b", "2")] });
    await store.txn({ if: [], then: [{ delete: "/a" }] });
    const at = async (revision: number) => summary((await store.list({ prefix: "/", revision })).entries);
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map(at)), [[], ["/a=1"], ["/a=2", "/b=2"], ["/b=2"]]);
    await assert.rejects(store.list({ prefix: "/", revision: 5 }), (error) => error instanceof FutureRevisionError && error.current === 4);
    await store.compact(3);
    assert.deepEqual(await Promise.all([3, 4].map(at)), [["/a=2", "/b=2"], ["/b=2"]]);
    await assert.rejects(at(2), (error) => error instanceof CompactedError && error.floor === 3);
    await store.compact(4);
    assert.deepEqual(await at(4), ["/b=2"]);
    await store.compact(2);
    await assert.rejects(at(3), CompactedError);
    await assert.rejects(store.compact(5), FutureRevisionError);
    assert.deepEqual(plain(await store.get("/b")), { key: "/b", value: "2", side: undefined, created: 3, modified: 3 });
    assert.equal((await store.txn({ if: [{ key: "/b", modified: 3 }], then: [put("/b", "3")] })).revision, 5);
  });

  check("a watch delivers what came after its revision and then what comes, once and in order", async (store) => {
    for (let i = 0; i < 5; i++) await store.txn({ if: [], then: [put(`/w/${i}`, "old"), put(`/x/${i}`, "other")] });
    const watch = watching(store, "/w/", 3);
    const writes = Array.from({ length: 40 }, (_, i) => store.txn({ if: [], then: [put(`/w/${i % 7}`, `${i}`), put(`/x/${i}`, "other")] }));
    const last = Math.max(...(await Promise.all(writes)).map((result) => result.revision));
    await store.txn({ if: [], then: [{ delete: "/w/0" }, { delete: "/w/none" }] });
    await watch.until(last + 1);
    assert.deepEqual(
      watch.changes.map((change) => change.revision),
      Array.from({ length: last + 1 - 3 }, (_, i) => i + 4),
    );
    assert.deepEqual(watch.changes.at(-1), { key: "/w/0", revision: last + 1, entry: undefined, previous: undefined });
    watch.stop();
  });

  check("a batch holds the changes of a revision together, in the order they were made", async (store) => {
    const batches: string[][] = [];
    const stop = new AbortController();
    const done = Promise.withResolvers<void>();
    const onChanges = (changes: readonly WatchedChange[]) => {
      batches.push(changes.map((change) => `${change.revision} ${change.key}`));
      if (changes.some((change) => change.revision === 21)) done.resolve();
    };
    store.watch({ prefix: "/", from: 1, signal: stop.signal, onChanges, onError: done.reject });
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.txn({ if: [], then: [put("/c", `${i}`), put("/a", `${i}`), put("/b", `${i}`)] })));
    await done.promise;
    stop.abort();
    for (const batch of batches) assert.equal(batch.length % 3, 0, `a batch of ${batch.length}`);
    assert.deepEqual(batches.flat(), Array.from({ length: 20 }, (_, i) => ["/c", "/a", "/b"].map((key) => `${i + 2} ${key}`)).flat());
  });

  check("a watch that asks for it is given what stood there before", async (store) => {
    await store.txn({ if: [], then: [put("/a", "1")] });
    const watch = watching(store, "/", 1, true);
    await store.txn({ if: [], then: [put("/a", "2")] });
    await store.txn({ if: [], then: [{ delete: "/a" }] });
    await watch.until(4);
    const entry = (value: string, modified: number) => ({ key: "/a", value, side: undefined, created: 2, modified });
    assert.deepEqual(watch.changes, [
      { key: "/a", revision: 2, entry: entry("1", 2), previous: undefined },
      { key: "/a", revision: 3, entry: entry("2", 3), previous: entry("1", 2) },
      { key: "/a", revision: 4, entry: undefined, previous: entry("2", 3) },
    ]);
    watch.stop();
  });

  check("many watches from many revisions see the same history", async (store) => {
    const watches = [];
    for (let i = 0; i < 30; i++) {
      void store.txn({ if: [], then: [put(`/k/${i % 3}`, `${i}`)] });
      if (i % 10 === 5) await store.revision();
      watches.push(watching(store, "/k/", Math.max(1, i - 7)));
    }
    await Promise.all(watches.map((watch) => watch.until(31)));
    for (const [i, watch] of watches.entries()) {
      const from = Math.max(1, i - 7);
      assert.deepEqual(
        watch.changes.map((change) => change.revision),
        Array.from({ length: 31 - from }, (_, n) => from + 1 + n),
      );
      watch.stop();
    }
  });

  check("a watch on a quiet prefix is told how far it has come", async (store) => {
    const watch = watching(store, "/quiet/", 1);
    for (let i = 0; i < 5; i++) await store.txn({ if: [], then: [put("/loud", `${i}`)] });
    await watch.until(6);
    assert.deepEqual(watch.changes, []);
    watch.stop();
  });

  check("a watch may begin at a revision that is still to come", async (store) => {
    const watch = watching(store, "/", 3);
    for (let i = 0; i < 4; i++) await store.txn({ if: [], then: [put("/a", `${i}`)] });
    await watch.until(5);
    assert.deepEqual(
      watch.changes.map((change) => change.revision),
      [4, 5],
    );
    watch.stop();
  });

  check("a watch that is ended hears no more", async (store) => {
    const watch = watching(store, "/", 1);
    await store.txn({ if: [], then: [put("/a", "1")] });
    await watch.until(2);
    watch.stop();
    const other = watching(store, "/", 2);
    await store.txn({ if: [], then: [put("/a", "2")] });
    await other.until(3);
    assert.deepEqual(
      watch.changes.map((change) => change.revision),
      [2],
    );
    other.stop();
    const never = new AbortController();
    never.abort();
    store.watch({ prefix: "/", from: 1, signal: never.signal, onChanges: () => assert.fail("an ended watch was told"), onError: assert.ifError });
    await store.get("/a");
  });

  check("a watch may be ended by what it is told", async (store) => {
    const stop = new AbortController();
    const ended = Promise.withResolvers<void>();
    const onChanges = () => {
      stop.abort();
      ended.resolve();
    };
    store.watch({ prefix: "/a", from: 1, signal: stop.signal, onChanges, onProgress: () => assert.ok(!stop.signal.aborted), onError: ended.reject });
    await Promise.all(["/a", "/b", "/a"].map((key) => store.txn({ if: [], then: [put(key, "1")] })));
    await ended.promise;
    const other = watching(store, "/", 1);
    await other.until(4);
    other.stop();
  });

  check("a watch from below the floor fails, one from the floor doesn't, and a live one isn't disturbed", async (store) => {
    const live = watching(store, "/", 1);
    for (let i = 0; i < 4; i++) await store.txn({ if: [], then: [put("/a", `${i}`)] });
    await live.until(5);
    await store.compact(4);
    const old = watching(store, "/", 3);
    await assert.rejects(old.until(5), (error) => error instanceof CompactedError && error.floor === 4);
    const young = watching(store, "/", 4);
    await young.until(5);
    await store.txn({ if: [], then: [{ delete: "/a" }] });
    await Promise.all([young.until(6), live.until(6)]);
    assert.deepEqual(
      young.changes.map((change) => change.revision),
      [5, 6],
    );
    assert.deepEqual(
      live.changes.map((change) => change.revision),
      [2, 3, 4, 5, 6],
    );
    live.stop();
    young.stop();
  });

  check("a key with a time to live is deleted when it is over, and watches see it", async (store, clock) => {
    const watch = watching(store, "/", 1);
    await store.txn({
      if: [],
      then: [
        { ...put("/short", "1"), ttlSeconds: 1 },
        { ...put("/kept", "1"), ttlSeconds: 1 },
        { ...put("/long", "1"), ttlSeconds: 3600 },
      ],
    });
    await store.txn({ if: [], then: [put("/kept", "2")] });
    await clock.advanceUntil(2500, async () => (await store.get("/short")) === undefined);
    assert.deepEqual(await contents(store), { "/kept": "2", "/long": "1" });
    await watch.until(4);
    assert.deepEqual(watch.changes.at(-1), { key: "/short", revision: 4, entry: undefined, previous: undefined });
    watch.stop();
  });

  check("what can't be asked is refused before anything happens", async (store) => {
    const refused: Change[][] = [
      [put("", "empty")],
      [put("/a\0b", "nul")],
      [put("/\ud800", "half a character")],
      [put("/a", "1"), put("/a", "2")],
      [put("/a", "1"), { delete: "/a" }],
      [{ ...put("/a", "1"), ttlSeconds: 0 }],
      Array.from({ length: CHANGES_MAX + 1 }, (_, i) => put(`/${i}`, "")),
    ];
    for (const then of refused) await assert.rejects(store.txn({ if: [], then }), RangeError);
    await assert.rejects(store.txn({ if: [{ key: "/a", modified: -1 }], then: [] }), RangeError);
    await assert.rejects(store.list({ prefix: "/", revision: 1.5 }), RangeError);
    await assert.rejects(store.list({ prefix: "/", limit: 0 }), RangeError);
    assert.equal(await store.revision(), 1);
    assert.deepEqual(await contents(store), {});
  });

  check("the largest transaction is done whole", async (store) => {
    const then = Array.from({ length: CHANGES_MAX }, (_, i) => put(`/${String(i).padStart(4, "0")}`, `${i}`));
    assert.equal((await store.txn({ if: [], then })).revision, 2);
    assert.equal((await store.txn({ if: [], then: then.map((change) => ({ delete: change.put })) })).revision, 3);
    assert.equal((await store.list({ prefix: "", revision: 2 })).entries.length, CHANGES_MAX);
    assert.equal((await store.list({ prefix: "" })).entries.length, 0);
  });

  check("a closed store has done what was asked before, and refuses what is asked after", async (store) => {
    const before = store.txn({ if: [], then: [put("/a", "1")] });
    await store.close();
    assert.equal((await before).revision, 2);
    for (const call of [
      () => store.get("/a"),
      () => store.list({ prefix: "/" }),
      () => store.txn({ if: [], then: [] }),
      () => store.revision(),
      () => store.compact(1),
    ])
      await assert.rejects(call, StoreClosedError);
    await store.close();
  });

  propertySuite(name, open);
}

/** A put of text, sealed under a scope that follows from the key. */
export function put(key: string, value: string, side?: string): Put {
  return {
    put: key,
    value: Buffer.from(value),
    side: side === undefined ? undefined : Buffer.from(side),
    uid: `uid of ${key}`,
    scope: key.split("/")[1] ?? "",
  };
}

type Plain<T> = { key: string; value: string; side: string | undefined; created: number; modified: number } | (T extends undefined ? undefined : never);

/** @returns the entry with its bytes as text, to compare and to read */
export function plain<T extends Entry | undefined>(entry: T): Plain<T> {
  if (!entry) return undefined as Plain<T>;
  const { key, value, side, created, modified } = entry;
  return { key, value: text(value), side: side && text(side), created, modified };
}

/** Watches into a list. `until` resolves once everything up to a revision was told, and rejects with the watch's error. */
export function watching(store: Store, prefix: string, from: number, withPrevious = false) {
  const stop = new AbortController();
  const changes: { key: string; revision: number; entry: Plain<Entry | undefined>; previous: Plain<Entry | undefined> }[] = [];
  let told = from;
  let failure: Error | undefined;
  let wake = () => {};
  const tell = (revision: number) => {
    assert.ok(revision >= told, `told of ${revision} after ${told}`);
    told = revision;
    wake();
  };
  store.watch({
    prefix,
    from,
    withPrevious,
    signal: stop.signal,
    onChanges(batch) {
      assert.ok(batch.length > 0 && (batch[0]?.revision ?? 0) > told, "a batch is never empty and never goes back");
      for (const { key, revision, entry, previous } of batch) changes.push({ key, revision, entry: plain(entry), previous: plain(previous) });
      tell(batch.at(-1)?.revision ?? told);
    },
    onProgress: tell,
    onError(error) {
      assert.equal(failure, undefined, "a watch fails once");
      failure = error;
      wake();
    },
  });
  const until = async (revision: number): Promise<void> => {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    while (told < revision && !failure) {
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      deadline.onabort = () => woken.reject(new Error(`Cannot wait for revision ${revision} any longer: the watch is at ${told}`));
      await woken.promise;
    }
    if (failure) throw failure;
  };
  return { changes, until, stop: () => stop.abort() };
}

/** Time that passes only when a test says so. */
class ManualClock implements Clock {
  #now = Date.now();
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets so much time pass, then waits for what must follow from it. A backend with a clock of its own takes real time. */
  async advanceUntil(milliseconds: number, done: () => Promise<boolean>): Promise<void> {
    this.#now += milliseconds;
    for (const timer of [...this.#timers]) if (timer.at <= this.#now && this.#timers.delete(timer)) timer.callback();
    for (const deadline = Date.now() + DEADLINE_MS; !(await done()); await sleep(10)) assert.ok(Date.now() < deadline, "it never came");
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function summary(entries: readonly Entry[]): string[] {
  return entries.map((entry) => `${entry.key}=${text(entry.value)}`);
}

async function contents(store: Store): Promise<Record<string, string>> {
  return Object.fromEntries((await store.list({ prefix: "" })).entries.map((entry) => [entry.key, text(entry.value)]));
}

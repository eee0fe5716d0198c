/** The store as several threads share it: what one writes another reads, and the bytes lie once. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Clock, systemClock } from "../../machinery/clock.ts";
import { put, watching } from "../contract/support.ts";
import { servableOf, storedFormOf } from "../servable.ts";
import type { Entry, Store, WatchedChange } from "../store.ts";
import { storeSuite } from "../suite.ts";
import { joinStore, type SharedStore, sqliteStore } from "./store.ts";

const HOLE = 0;

/** What is written through one client and read through another, each value behind a hole. */
function throughTwo(writer: SharedStore, clock: Clock): Store {
  const reader = joinStore(writer.ticket(), clock);
  const without = <T extends Entry | undefined>(entry: T): T =>
    entry && { ...entry, key: entry.key, side: entry.side, created: entry.created, modified: entry.modified, value: entry.value.subarray(1) };
  const change = (one: WatchedChange): WatchedChange => ({ ...one, entry: without(one.entry), previous: without(one.previous) });
  return {
    revision: () => reader.revision(),
    get: async (key) => without(await reader.get(key)),
    list: async (options) => {
      const listing = await reader.list(options);
      return { ...listing, entries: listing.entries.map((entry) => without(entry)) };
    },
    async txn({ if: conditions, then }) {
      const result = await writer.txn({
        if: conditions,
        then: then.map((one) => ("put" in one ? { ...one, value: Buffer.concat([Buffer.from([HOLE]), one.value]) } : one)),
      });
      return { ...result, found: result.found.map((entry) => without(entry)) };
    },
    watch: (options) => reader.watch({ ...options, onChanges: (changes) => options.onChanges(changes.map(change)) }),
    compact: (revision) => writer.compact(revision),
    async close() {
      await reader.close();
      await writer.close();
    },
  };
}

storeSuite("sqlite, two clients", async (dir, clock) => {
  const store = await sqliteStore({ file: `${dir}/state.db`, keyFile: `${dir}/sealing.key`, clock, shared: true });
  return throughTwo(store, clock);
});

test("the stored form and the servable form are made of each other, wherever the hole is", () => {
  for (const text of ["\0", '{"metadata":{\0"name":"a"}}', '{"metadata":{"name":"a",\0}}', "\0,a", "\0}", 'a\0"b\0'])
    for (const revision of [1, 99, 2 ** 40]) {
      const made = servableOf(Buffer.from(text), revision);
      assert.ok(made);
      assert.equal(storedFormOf(made, revision).toString(), text);
    }
  assert.equal(servableOf(Buffer.from("none"), 1), undefined);
});

async function shared(t: TestContext): Promise<{ first: SharedStore; second: Store; again(): Promise<[SharedStore, Store]> }> {
  const dir = mkdtempSync(join(tmpdir(), "rampart-store-"));
  const open: Store[] = [];
  async function close(): Promise<void> {
    for (const store of open.splice(0).toReversed()) await store.close();
  }
  async function again(): Promise<[SharedStore, Store]> {
    await close();
    const first = await sqliteStore({ file: join(dir, "state.db"), keyFile: join(dir, "sealing.key"), shared: true });
    const second = joinStore(first.ticket(), systemClock);
    open.push(first, second);
    return [first, second];
  }
  t.after(async () => {
    await close();
    rmSync(dir, { recursive: true });
  });
  const [first, second] = await again();
  return { first, second, again };
}

const object = (name: string): ReturnType<typeof put> => put(`/registry/core/pods/${name}`, `{"metadata":{"name":"${name}",\0}}`);

test("an object's bytes are the same memory to every client: from commits, from lists and from what a condition finds", async (t) => {
  const { first, second } = await shared(t);
  const servables = new Map<string, Buffer>();
  const seen = (who: string) => (changes: readonly WatchedChange[]) => {
    for (const { entry } of changes) servables.set(who, entry!.servable!.bytes);
  };
  const signal = AbortSignal.timeout(10_000);
  const none = (): void => {};
  first.watch({ prefix: "/", from: 1, signal, onChanges: seen("writer"), onError: none });
  second.watch({ prefix: "/", from: 1, signal, onChanges: seen("other"), onError: none });
  const watch = watching(second, "/", 1);
  await first.txn({ if: [], then: [object("a")] });
  await watch.until(2);
  const listed = async (store: Store) => (await store.list({ prefix: "/registry/" })).entries[0]!.servable!.bytes;
  servables.set("listed", await listed(first)).set("listed by the other", await listed(second));
  const refused = await second.txn({ if: [{ key: object("a").put, modified: 0 }], then: [object("a")] });
  servables.set("found", refused.found[0]!.servable!.bytes);
  assert.equal(servables.size, 5);
  const [sample] = servables.values();
  for (const [who, bytes] of servables) {
    assert.equal(bytes.toString(), '{"metadata":{"name":"a","resourceVersion":"2"}}', who);
    assert.ok(bytes.buffer instanceof SharedArrayBuffer, who);
  }
  // The one time that anybody writes to it: to see that all of them are one.
  sample![0] = 0x5b;
  for (const [who, bytes] of servables) assert.equal(bytes[0], 0x5b, who);
  watch.stop();
});

test("after a restart too, two clients that fill themselves get the same memory", async (t) => {
  const { first, again } = await shared(t);
  await first.txn({ if: [], then: [object("a"), object("b")] });
  await first.txn({ if: [], then: [{ delete: object("b").put }] });
  const [one, other] = await Promise.all((await again()).map((store) => store.list({ prefix: "/", revision: 2 })));
  assert.deepEqual(
    one!.entries.map(({ value }) => value.toString()),
    other!.entries.map(({ value }) => value.toString()),
  );
  const [a, b] = [one!.entries[0]!.servable!.bytes, other!.entries[0]!.servable!.bytes];
  a[0] = 0x5b;
  assert.equal(b[0], 0x5b, "what stands is shared");
});

test("others see what a deletion says is to be shown", async (t) => {
  const { first, second } = await shared(t);
  const endings: (string | undefined)[] = [];
  for (const store of [first, second])
    store.watch({
      prefix: "/",
      from: 2,
      signal: AbortSignal.timeout(10_000),
      onChanges: (changes) => endings.push(...changes.map(({ ending }) => ending && Buffer.from(ending).toString())),
      onError: () => {},
    });
  const watch = watching(second, "/", 1);
  await first.txn({ if: [], then: [object("a")] });
  await watch.until(2);
  await first.txn({ if: [], then: [{ delete: object("a").put, ending: Buffer.from("{\0}") }] });
  await watch.until(3);
  assert.deepEqual(endings, ["{\0}", "{\0}"]);
  watch.stop();
});

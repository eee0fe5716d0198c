/** The contract of watches: every change, in order, exactly once, from any revision that history still has; and what time deletes. */

import assert from "node:assert/strict";
import { CompactedError, type WatchedChange } from "../store.ts";
import { type Check, contents, put, watching } from "./support.ts";

export function watches(check: Check): void {
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
}

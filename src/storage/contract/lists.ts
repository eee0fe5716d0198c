/** The contract of lists: order, pages, and the past until compaction takes it. */

import assert from "node:assert/strict";
import { CompactedError, FutureRevisionError } from "../store.ts";
import { type Check, plain, put, summary } from "./support.ts";

export function lists(check: Check): void {
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

  check("a list around what doesn't open names nothing where all does", async (store) => {
    await store.txn({ if: [], then: [put("/a", "1")] });
    const { entries, unopened } = await store.list({ prefix: "/", around: true });
    assert.deepEqual([summary(entries), unopened], [["/a=1"], []]);
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
}

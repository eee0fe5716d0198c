/** The contract of transactions: conditions, revisions, all or nothing, and what can't be asked. */

import assert from "node:assert/strict";
import { CHANGES_MAX } from "../keys.ts";
import { type Change, type Entry, StoreClosedError } from "../store.ts";
import { type Check, contents, plain, put, text } from "./support.ts";

export function transactions(check: Check): void {
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
    assert.deepEqual([await store.revision(), store.revisionNow?.() ?? 3], [3, 3]);
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

  check("what can't be asked is refused before anything happens", async (store) => {
    const refused: Change[][] = [
      [put("", "empty")],
      [put("/a\0b", "nul")],
      [put("/\ud800", "half a character")],
      [put("/a", "1"), put("/a", "2")],
      [put("/a", "1"), { delete: "/a" }],
      [{ ...put("/a", "1"), ttlSeconds: 0 }],
      [{ ...put("/a", "1"), uid: "u".repeat(256) }],
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
}

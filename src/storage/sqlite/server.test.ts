/** What the thread does for several clients and on a bad disk: the server and its clients in one thread, so that the test has the database too. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import type { Clock } from "../../machinery/clock.ts";
import { plain, put, watching } from "../contract/support.ts";
import type { Store } from "../store.ts";
import { Client } from "./client.ts";
import { openServer } from "./open.ts";

async function serve(t: TestContext, clients: number) {
  const dir = mkdtempSync(join(tmpdir(), "rampart-store-"));
  const revision = new SharedArrayBuffer(8);
  const { server, db } = await openServer({ file: join(dir, "state.db"), keyFile: join(dir, "sealing.key"), revision, shared: false });
  let late = 0;
  const clock: Clock = { now: () => Date.now() + late, after: () => () => {} };
  const stores = Array.from({ length: clients }, () => {
    const { port1, port2 } = new MessageChannel();
    server.connect(port2);
    return new Client(port1, revision, clock);
  });
  t.after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    db.close();
    rmSync(dir, { recursive: true });
  });
  const expire = (afterMs: number) => {
    late += afterMs;
    stores[0]?.expire();
  };
  return { db, stores, expire };
}

test("sqlite: several clients see each other's writes, watches of all see every change once and in order", async (t) => {
  const { stores } = await serve(t, 3);
  const watches = stores.map((store) => watching(store, "/", 1));
  const writes = stores.flatMap((store, c) =>
    Array.from({ length: 30 }, (_, i) => store.txn({ if: [], then: [put(`/${i % 5}`, `${c}-${i}`, "side"), { delete: `/${(i + 1) % 5}` }] })),
  );
  const newest = Math.max(...(await Promise.all(writes)).map((result) => result.revision));
  for (const store of stores) assert.equal(await store.revision(), newest);
  // One that comes late reads from the disk what the others were told as it happened: both must be the same.
  const late = watching(stores[0] as Store, "/", 1);
  await late.until(newest);
  for (const watch of [...watches, late]) {
    await watch.until(newest);
    assert.deepEqual(watch.changes, late.changes);
    watch.stop();
  }
  assert.equal(new Set(late.changes.map((change) => change.revision)).size, newest - 1);
});

test("sqlite: a client that is told of a write by another reads it at once", async (t) => {
  const { stores } = await serve(t, 2);
  const [one, two] = stores as [Client, Client];
  for (let i = 0; i < 20; i++) {
    const { revision } = await one.txn({ if: [], then: [put("/a", `${i}`)] });
    assert.ok((await two.revision()) >= revision);
    assert.equal(plain(await two.get("/a"))?.value, `${i}`);
  }
});

test("sqlite: the disk is written for good before a write is acknowledged", async (t) => {
  const { db } = await serve(t, 1);
  assert.deepEqual({ ...db.prepare("PRAGMA journal_mode").get(), ...db.prepare("PRAGMA synchronous").get() }, { journal_mode: "wal", synchronous: 2 });
});

test("sqlite: on a full disk writes fail whole and say why, reads and deletions go on, and so do writes once there is room", async (t) => {
  const { db, stores } = await serve(t, 1);
  const store = stores[0] as Store;
  await store.txn({ if: [], then: [put("/kept", "1"), put("/freed", "x".repeat(50_000))] });
  const pages = Number(db.prepare("PRAGMA page_count").get()?.page_count);
  db.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const large = put("/large", "x".repeat(100_000));
  const [first, second, third] = await Promise.allSettled(
    [put("/small", "1"), large, put("/other", "1")].map((change) => store.txn({ if: [], then: [change, put(`${change.put}/twin`, "")] })),
  );
  assert.deepEqual([first?.status, second?.status, third?.status], ["fulfilled", "rejected", "fulfilled"], "the one that doesn't fit takes no other with it");
  assert.match(String(second?.status === "rejected" && second.reason), /database or disk is full/);
  const keys = async () => (await store.list({ prefix: "/" })).entries.map((entry) => entry.key);
  assert.deepEqual(await keys(), ["/freed", "/kept", "/other", "/other/twin", "/small", "/small/twin"]);
  await store.txn({ if: [], then: [{ delete: "/freed" }] });
  await store.compact(await store.revision());
  await assert.rejects(store.txn({ if: [], then: [large] }), /database or disk is full/);
  db.exec(`PRAGMA max_page_count = ${pages + 1000}`);
  const watch = watching(store, "/", await store.revision());
  const { revision } = await store.txn({ if: [], then: [large] });
  await watch.until(revision);
  assert.deepEqual(
    watch.changes.map((change) => change.key),
    ["/large"],
  );
  watch.stop();
});

test("sqlite: a time to live that ends while the disk is full is kept for later", async (t) => {
  const { db, stores, expire } = await serve(t, 1);
  const store = stores[0] as Store;
  const keys = Array.from({ length: 1500 }, (_, i) => `/short/${i}`);
  for (const part of [keys.slice(0, 750), keys.slice(750)]) await store.txn({ if: [], then: part.map((key) => ({ ...put(key, ""), ttlSeconds: 1 })) });
  const pages = Number(db.prepare("PRAGMA page_count").get()?.page_count);
  db.exec(`PRAGMA max_page_count = ${pages}`);
  expire(2000);
  assert.equal((await store.list({ prefix: "/short/" })).entries.length, 1500);
  db.exec(`PRAGMA max_page_count = ${pages + 1000}`);
  const watch = watching(store, "/short/", 3);
  expire(0);
  await watch.until(5);
  assert.deepEqual(watch.changes.map((change) => change.key).toSorted(), keys.toSorted());
  assert.equal((await store.list({ prefix: "/short/" })).entries.length, 0);
  watch.stop();
});

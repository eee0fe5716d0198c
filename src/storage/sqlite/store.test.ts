import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Worker } from "node:worker_threads";
import { plain, put, watching } from "../contract/support.ts";
import { SealError, type Store, StoreClosedError } from "../store.ts";
import { storeSuite } from "../suite.ts";
import { readRaw, writeRaw } from "./raw.ts";
import { sqliteStore } from "./store.ts";

storeSuite("sqlite", (dir, clock) => sqliteStore({ file: `${dir}/state.db`, keyFile: `${dir}/sealing.key`, clock }));

/** A folder for one store, and how to open it; what a test leaves open is closed, and the folder removed, also when it fails. */
function place(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), "rampart-store-"));
  const files = { file: join(dir, "state.db"), keyFile: join(dir, "sealing.key") };
  const stores: Store[] = [];
  t.after(async () => {
    for (const store of stores) await store.close();
    rmSync(dir, { recursive: true });
  });
  const open = async (changed: Partial<typeof files> = {}): Promise<Store> => {
    const store = await sqliteStore({ ...files, ...changed });
    stores.push(store);
    return store;
  };
  return { dir, ...files, files, open };
}

test("sqlite: what was written is there after a restart: keys, history, floor and revision", async (t) => {
  const { open } = place(t);
  const before = await open();
  await before.txn({ if: [], then: [put("/a/x", "1"), put("/b/x", "1", "side")] });
  await before.txn({ if: [], then: [put("/a/x", "2")] });
  await before.compact(3);
  await before.txn({ if: [], then: [put("/a/x", "3")] });
  await before.txn({ if: [], then: [{ delete: "/b/x" }] });
  await before.close();

  const after = await open();
  assert.equal(await after.revision(), 5);
  assert.deepEqual((await after.list({ prefix: "/", revision: 3 })).entries.map(plain), [
    { key: "/a/x", value: "2", side: undefined, created: 2, modified: 3 },
    { key: "/b/x", value: "1", side: "side", created: 2, modified: 2 },
  ]);
  await assert.rejects(after.list({ prefix: "/", revision: 2 }), { name: "CompactedError" });
  const watch = watching(after, "/", 3);
  await watch.until(5);
  assert.deepEqual(
    watch.changes.map((change) => `${change.revision} ${change.key} ${change.entry?.value}`),
    ["4 /a/x 3", "5 /b/x undefined"],
  );
  watch.stop();
  await after.compact(5);
  await after.close();

  // The newest change was a deletion, of which compaction leaves nothing; the revision must not go back.
  const last = await open();
  assert.equal(await last.revision(), 5);
  assert.equal((await last.txn({ if: [], then: [put("/c", "1")] })).revision, 6);
  await last.close();
});

test("sqlite: a file that is open is refused to this process and to others, in plain words", async (t) => {
  const { dir, file, files, open } = place(t);
  const store = await open();
  const message = `Cannot open ${file}: another process has this store open`;
  await assert.rejects(open(), { message });
  assert.throws(() => readRaw(file), { message });
  const script = `import { sqliteStore } from ${JSON.stringify(import.meta.resolve("./store.ts"))}; await sqliteStore(${JSON.stringify(files)}).catch((error) => console.log(error.message));`;
  writeFileSync(join(dir, "other.mjs"), script);
  const other = spawnSync(process.execPath, [join(dir, "other.mjs")], { encoding: "utf8", timeout: 20_000 });
  assert.equal(other.stdout.trim(), message, other.stderr);
  await store.txn({ if: [], then: [put("/a", "still works")] });
  await store.close();
});

test("sqlite: a store isn't opened without its key file, nor with one that others can read", async (t) => {
  const { dir, keyFile, open } = place(t);
  await (await open()).close();
  await assert.rejects(open({ keyFile: `${dir}/lost.key` }), /its key file .* is missing/);
  assert.deepEqual(readdirSync(dir).toSorted(), ["sealing.key", "state.db"]);
  for (const name of readdirSync(dir)) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600, name);
  chmodSync(keyFile, 0o644);
  await assert.rejects(open(), /others may read it/);
});

test("sqlite: when the thread dies, everything pending, every watch and every later call fails", async (t) => {
  const created = Promise.withResolvers<Worker>();
  process.once("worker", created.resolve);
  const store = await place(t).open();
  const failed = Promise.withResolvers<Error>();
  store.watch({ prefix: "/", from: 1, signal: new AbortController().signal, onChanges: () => {}, onError: failed.resolve });
  await store.txn({ if: [], then: [put("/a", "1")] });
  const thread = await created.promise;
  const pending = [store.txn({ if: [], then: [put("/b", "1")] }), store.get("/a"), store.list({ prefix: "/" })].map((call) =>
    assert.rejects(call, StoreClosedError),
  );
  await thread.terminate();
  await Promise.all(pending);
  assert.ok((await failed.promise) instanceof StoreClosedError);
  for (const call of [() => store.get("/a"), () => store.txn({ if: [], then: [] }), () => store.revision()]) await assert.rejects(call, StoreClosedError);
  assert.throws(
    () => store.watch({ prefix: "/", from: 1, signal: new AbortController().signal, onChanges: () => {}, onError: assert.ifError }),
    StoreClosedError,
  );
  await store.close();
});

test("sqlite: no file holds a value in a form that grep finds, while the store runs and after", async (t) => {
  const { dir, open } = place(t);
  const canary = "canary-4f6d2c1b9e-canary-4f6d2c1b9e";
  const store = await open();
  // Small, overflowing and large values, side records, replaced and deleted ones.
  for (const size of [1, 5000, 200_000]) await store.txn({ if: [], then: [put(`/a/${size}`, canary + "x".repeat(size), canary)] });
  await store.txn({ if: [], then: [put("/a/1", `${canary} again`)] });
  await store.txn({ if: [], then: [{ delete: "/a/5000" }] });
  const { entries } = await store.list({ prefix: "/a/" });
  assert.equal(entries.length, 2);
  assert.ok(searchFiles(dir, "/a/5000").length > 0, "what is there in plain form, a key, must be found, or the search finds nothing");
  const hits = () =>
    ["utf8", "base64", "hex", "utf16le"].flatMap((form) => encodings(canary, form as BufferEncoding).flatMap((needle) => searchFiles(dir, needle)));
  assert.deepEqual(hits(), []);
  await store.compact(await store.revision());
  assert.deepEqual(hits(), []);
  await store.close();
  assert.deepEqual(hits(), []);
});

test("sqlite: bytes that were put elsewhere or changed don't open, and only the key that has them suffers", async (t) => {
  const { file, open } = place(t);
  const write = async (body: (store: Store) => Promise<unknown>) => {
    const store = await open();
    await body(store).finally(() => store.close());
  };
  await write(async (store) => {
    await store.txn({ if: [], then: [put("/ns/a", "secret a"), put("/ns/b", "secret b"), put("/old/c", "old"), put("/ns/d", "fine")] });
    await store.txn({ if: [], then: [{ delete: "/old/c" }] });
    await store.txn({ if: [], then: [{ ...put("/old/c", "new"), scope: "another namespace of that name" }] });
  });
  const rows = readRaw(file);
  const sealedOf = (key: string, revision: number) => rows.find((row) => row.key === key && row.revision === revision)?.sealed ?? assert.fail(key);
  const changed = Buffer.from(sealedOf("/ns/d", 2));
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  for (const [key, sealed, what] of [
    ["/ns/b", sealedOf("/ns/a", 2), "another object's"],
    ["/old/c", sealedOf("/old/c", 2), "the earlier tenant's"],
    ["/ns/d", changed, "changed"],
  ] as const) {
    const before = readRaw(file, key).find((row) => row.standing)?.sealed ?? assert.fail(key);
    writeRaw(file, key, sealed);
    await write(async (store) => {
      const namesIt = (error: unknown) => error instanceof SealError && error.key === key && /changed, or put here/.test(error.reason);
      await assert.rejects(store.get(key), namesIt, what);
      await assert.rejects(store.list({ prefix: "/" }), namesIt, what);
      await assert.rejects(watching(store, "/", 1).until(4), namesIt, what);
      await assert.rejects(store.txn({ if: [{ key, modified: 0 }], then: [put(key, "lost")] }), namesIt, what);
      assert.equal(plain(await store.get("/ns/a"))?.value, "secret a");
      const keys: string[] = [];
      for (
        let page = await store.list({ prefix: "/", limit: 1, around: true });
        ;
        page = await store.list({ prefix: "/", limit: 1, after: keys.at(-1), around: true })
      ) {
        keys.push(...page.entries.map((entry) => entry.key));
        if (!page.more) break;
      }
      assert.deepEqual(
        keys,
        ["/ns/a", "/ns/b", "/ns/d", "/old/c"].filter((other) => other !== key),
        "pages go around it",
      );
      const { unopened = [], entries } = await store.list({ prefix: "/", around: true });
      assert.deepEqual([entries.length, unopened.map((error) => namesIt(error) && error.key)], [3, [key]]);
    });
    writeRaw(file, key, before);
  }
  writeRaw(file, "/ns/b", sealedOf("/ns/a", 2));
  await write(async (store) => {
    assert.equal((await store.txn({ if: [{ key: "/ns/b", modified: 2 }], then: [{ delete: "/ns/b" }] })).succeeded, true, "what doesn't open can be deleted");
    assert.equal((await store.list({ prefix: "/" })).entries.length, 3);
  });
  assert.throws(() => writeRaw(file, "/none", changed), /nothing stands there/);
});

/** The forms in which `text` would stand in a file; base64 in its three alignments, without the ends that depend on the neighbours. */
function encodings(text: string, form: BufferEncoding): Buffer[] {
  if (form === "hex") return [Buffer.from(Buffer.from(text).toString("hex")), Buffer.from(Buffer.from(text).toString("hex").toUpperCase())];
  if (form === "base64")
    return [0, 1, 2].map((shift) =>
      Buffer.from(
        Buffer.from("-".repeat(shift) + text)
          .toString("base64")
          .slice(4, -4),
      ),
    );
  return [Buffer.from(text, form)];
}

function searchFiles(dir: string, needle: Buffer | string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(needle))
    .map((entry) => `${entry.name}: ${needle}`);
}

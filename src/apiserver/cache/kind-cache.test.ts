/** A kind's cache against the store it mirrors: same objects, same history, whatever the order of events. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kinds } from "../../api/index.ts";
import { systemClock } from "../../machinery/clock.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import { memoryStore } from "../../storage/memory.ts";
import type { Store } from "../../storage/store.ts";
import { decodeStored, encodeStored } from "../registry/codec.ts";
import { StoreCaches } from "./caches.ts";
import { keyOf } from "./keys.ts";
import type { KindCache } from "./kind-cache.ts";
import type { CacheChange } from "./watch-cache.ts";

const configMaps = kinds.find((one) => one.resource === "configmaps")!;

function value(name: string, data: string, labels: Record<string, string> = {}): Buffer {
  const metadata = { name, namespace: "ns", uid: `uid-${name}`, creationTimestamp: "2026-01-01T00:00:00Z", labels };
  return encodeStored(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { data } } as never); // A ConfigMap: data is a member of it.
}

const put = (store: Store, name: string, data: string, labels?: Record<string, string>) =>
  store.txn({ if: [], then: [{ put: keyOf(configMaps, "ns", name), value: value(name, data, labels), uid: `uid-${name}`, scope: "" }] });
const remove = (store: Store, name: string) => store.txn({ if: [], then: [{ delete: keyOf(configMaps, "ns", name) }] });

async function open(store: Store): Promise<{ caches: StoreCaches; cache: KindCache; close(): Promise<void> }> {
  const storedKind = () => undefined;
  const caches = new StoreCaches({ store, clock: systemClock, decode: decodeStored, encode: encodeStored, storedKind });
  await caches.start();
  const cache = caches.stored(configMaps);
  await cache.ready();
  return {
    caches,
    cache,
    close: async () => {
      caches.stop();
      await store.close();
    },
  };
}

const seen = (changes: readonly CacheChange[]) =>
  changes.map(({ revision, object, previous }) => `${revision} ${(object ?? previous)?.name} ${object ? (previous ? "changed" : "added") : "deleted"}`);

test("a cache is filled by what stands there and follows what changes", async () => {
  const store = memoryStore();
  await put(store, "a", "1");
  const { cache, close } = await open(store);
  assert.deepEqual(
    cache.list({}).map(({ name, resourceVersion }) => [name, resourceVersion]),
    [["a", 2]],
  );
  await put(store, "b", "1");
  await remove(store, "a");
  await cache.waitForPresent();
  assert.deepEqual(
    cache.list({}).map(({ name }) => name),
    ["b"],
  );
  assert.equal(JSON.parse(cache.get("ns", "b")!.bytes.toString()).metadata.resourceVersion, "3");
  assert.equal(cache.revision, 4);
  await close();
});

test("watchers hear of every change above their revision once, from the cache's history or the store's", async () => {
  const store = memoryStore();
  for (const name of ["a", "b", "c"]) await put(store, name, "1");
  const { cache, close } = await open(store);
  await remove(store, "b");
  await cache.waitForPresent();
  for (const [from, expected] of [
    [1, ["2 a added", "3 b added", "4 c added", "5 b deleted", "6 a changed"]],
    [3, ["4 c added", "5 b deleted", "6 a changed"]],
    [4, ["5 b deleted", "6 a changed"]],
    [5, ["6 a changed"]],
  ] as const) {
    const heard: CacheChange[] = [];
    const subscribed = cache.subscribe({ from, selection: {}, deliver: (changes) => heard.push(...changes), lost: () => assert.fail("lost") });
    if (from === 1) await put(store, "a", "2");
    const end = await subscribed;
    await cache.waitForPresent();
    cache.settle();
    assert.deepEqual(seen(heard), expected);
    end();
  }
  await close();
});

test("what is gone is shown with the revision at which it went", async () => {
  const store = memoryStore();
  await put(store, "a", "1");
  const { cache, close } = await open(store);
  const heard: CacheChange[] = [];
  await cache.subscribe({ from: cache.revision, selection: {}, deliver: (changes) => heard.push(...changes), lost: () => {} });
  await remove(store, "a");
  await cache.waitForPresent();
  cache.settle();
  const { gone } = heard[0]!;
  assert.equal(gone?.resourceVersion, 3);
  assert.equal(JSON.parse(gone?.bytes.toString() ?? "").metadata.resourceVersion, "3");
  assert.equal(heard[0]!.gone, gone, "made once for all watchers");
  await close();
});

test("a selector's index gives what looking at every object gives", async () => {
  const store = memoryStore();
  const { cache, close } = await open(store);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3 })), { minLength: 40, maxLength: 80 }), async (changes) => {
      for (const [name, app] of changes) await (app === 3 ? remove(store, `n${name}`) : put(store, `n${name}`, "x", { app: `a${app}` }));
      await cache.waitForPresent();
      const matches = ({ labels }: { labels: Readonly<Record<string, string>> | undefined }) => labels?.app === "a1";
      const indexed = cache.list({ matches, index: { by: "label:app", value: "a1" } });
      assert.deepEqual(
        indexed.map(({ name }) => name),
        cache.list({ matches }).map(({ name }) => name),
      );
    }),
    { numRuns: 10 },
  );
  await close();
});

test("a page shows the revision it is asked for, from the cache as from the store", async () => {
  const store = memoryStore();
  const names = Array.from({ length: 12 }, (_, i) => `n${String(i).padStart(2, "0")}`);
  for (const name of names) await put(store, name, "1");
  const before = await store.revision();
  const { cache, close } = await open(store);
  const then = await store.revision();
  for (const name of ["n01", "n05"]) await remove(store, name);
  await put(store, "n055", "new");
  await put(store, "n07", "2");
  await cache.waitForPresent();
  const all = async (revision: number, limit: number): Promise<string[]> => {
    const found: string[] = [];
    let after = "";
    for (;;) {
      const page = await cache.page({ namespace: "ns" }, revision, after, limit);
      found.push(...page.objects.map(({ name, resourceVersion }) => `${name}@${resourceVersion}`));
      assert.equal(page.remaining > 0, page.next !== undefined);
      if (page.next === undefined) return found;
      after = page.next;
    }
  };
  const expected = names.map((name, i) => `${name}@${i + 2}`);
  assert.deepEqual(await all(then, 5), expected);
  assert.deepEqual(await all(before - 2, 5), expected.slice(0, -2), "older than the cache: read from the store");
  assert.deepEqual(await all(then, Number.POSITIVE_INFINITY), expected);
  await store.compact(cache.revision);
  await assert.rejects(all(before - 2, 5), (error) => error instanceof StatusError && error.status.reason === "Expired");
  await close();
});

test("one question to the store serves all reads that wait, and none that came after it was asked", async () => {
  const inner = memoryStore();
  let asked = 0;
  const answers: (() => void)[] = [];
  const store: Store = {
    ...bound(inner),
    async revision() {
      asked++;
      const revision = await inner.revision();
      if (asked > 1) await new Promise<void>((resolve) => answers.push(resolve));
      return revision;
    },
  };
  const { cache, close } = await open(store);
  const first = Array.from({ length: 5 }, () => cache.waitForPresent());
  const second = Array.from({ length: 5 }, () => cache.waitForPresent());
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(asked, 2);
  answers.shift()!();
  await first[0];
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(asked, 3);
  answers.shift()!();
  await Promise.all([...first, ...second]);
  await close();
});

function bound(store: Store): Store {
  return {
    revision: () => store.revision(),
    get: (key) => store.get(key),
    list: (options) => store.list(options),
    txn: (txn) => store.txn(txn),
    watch: (options) => store.watch(options),
    compact: (revision) => store.compact(revision),
    close: () => store.close(),
  };
}

test("a cache that lost its place ends its watches and lists again", async () => {
  const inner = memoryStore();
  let fail: ((error: Error) => void) | undefined;
  const store: Store = {
    ...bound(inner),
    watch(options) {
      fail = options.onError;
      inner.watch(options);
    },
  };
  await put(inner, "a", "1");
  const { cache, close } = await open(store);
  let lost = 0;
  await cache.subscribe({ from: cache.revision, selection: {}, deliver: () => {}, lost: () => lost++ });
  const heard: string[] = [];
  cache.onChange(({ name, object }) => heard.push(`${name} ${object ? "there" : "gone"}`));
  const error = new Error("gone");
  error.name = "CompactedError";
  fail?.(error);
  await remove(inner, "a");
  await put(inner, "b", "1");
  await new Promise((resolve) => setTimeout(resolve, 400));
  await cache.ready();
  assert.equal(lost, 1);
  assert.deepEqual(
    cache.list({}).map(({ name }) => name),
    ["b"],
  );
  assert.deepEqual(new Set(heard), new Set(["a gone", "b there"]));
  await close();
});

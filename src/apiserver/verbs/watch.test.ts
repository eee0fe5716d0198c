/** Watches: what is told, from where, and how they end. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configMap, startApi, type Watching, withMaps } from "../../../test/support/api.ts";
import { kinds } from "../../api/index.ts";
import { memoryStore } from "../../storage/memory.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

test("a watch tells what is there, what changes, and what leaves a selection", async () => {
  await using api = await startApi();
  await withMaps(api, 2);
  const all = api.watch(`${MAPS}?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`);
  const odd = api.watch(`${MAPS}?watch=1&labelSelector=app%3Dodd`);
  const shape = (events: readonly { type: string; object: { metadata: { name?: string; resourceVersion: string } } }[]) =>
    events.map(({ type, object }) => `${type} ${object.metadata.name ?? "-"}`);
  assert.deepEqual(shape(await all.first(3)), ["ADDED m0", "ADDED m1", "BOOKMARK -"]);
  assert.equal((await all.first(3))[2]!.object.metadata.annotations["k8s.io/initial-events-end"], "true");
  await odd.first(1);

  await api.patch(`${MAPS}/m0`, "application/merge-patch+json", { metadata: { labels: { app: "odd" } } });
  const left = await api.patch(`${MAPS}/m1`, "application/merge-patch+json", { metadata: { labels: { app: "even" } } });
  await api.delete(`${MAPS}/m0`);
  assert.deepEqual(shape(await all.first(6)), ["ADDED m0", "ADDED m1", "BOOKMARK -", "MODIFIED m0", "MODIFIED m1", "DELETED m0"]);
  const seen = await odd.first(4);
  assert.deepEqual(shape(seen), ["ADDED m1", "ADDED m0", "DELETED m1", "DELETED m0"]);
  assert.equal(seen[2]!.object.metadata.resourceVersion, left.object.metadata.resourceVersion);
  assert.equal(seen[2]!.object.metadata.labels.app, "odd", "what leaves a selection is shown as it last was in it");

  const past = api.watch(`${MAPS}?watch=1&resourceVersion=${left.object.metadata.resourceVersion}&timeoutSeconds=1`);
  assert.deepEqual(shape(await past.first(1)), ["DELETED m0"]);
  await past.end();
});

test("a watch from a version that the store has forgotten ends with 410", async () => {
  const store = memoryStore();
  const before = await startApi({ store });
  await withMaps(before, 3);
  const seen = (await before.get(`${MAPS}/m1`)).object.metadata.resourceVersion;
  before.caches.stop();
  await using api = await startApi({ store });
  const resumed = api.watch(`${MAPS}?watch=1&resourceVersion=${seen}`);
  assert.equal((await resumed.first(1))[0]!.object.metadata.name, "m2", "a server that has just begun reads the store's history");
  await store.compact(api.caches.revision);
  const old = api.watch(`${MAPS}?watch=1&resourceVersion=1`);
  await old.end();
  assert.deepEqual(
    old.events.map(({ type, object }) => ({ type, code: object.code, reason: object.reason })),
    [{ type: "ERROR", code: 410, reason: "Expired" }],
  );
});

test("whoever watches ends up with what a list shows, whenever it began and whatever it selects", async () => {
  const step = fc.record({
    name: fc.integer({ min: 0, max: 5 }),
    app: fc.constantFrom("odd", "even", "gone"),
    watch: fc.option(fc.constantFrom("", "app=odd", "app!=odd")),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await using api = await startApi({ kinds: kinds.filter(({ resource }) => resource === "configmaps") });
      const watching: { readonly selector: string; readonly watch: Watching }[] = [];
      for (const [at, { name, app, watch }] of steps.entries()) {
        if (watch !== null) watching.push({ selector: watch, watch: api.watch(`${MAPS}?watch=1&labelSelector=${encodeURIComponent(watch)}`) });
        const map = configMap(`m${name}`, { metadata: { labels: { app } }, data: { at: String(at) } });
        if (app === "gone") await api.delete(`${MAPS}/m${name}`);
        else if ((await api.create(MAPS, map)).code === 409) await api.update(`${MAPS}/m${name}`, map);
      }
      const cache = api.caches.stored(kinds.find(({ resource }) => resource === "configmaps")!);
      await cache.waitForPresent();
      cache.settle();
      for (const { selector, watch } of watching) {
        const held = new Map<string, string>();
        for (const { type, object } of watch.events) {
          assert.equal(held.has(object.metadata.name), type !== "ADDED", `${type} ${object.metadata.name} under ${selector}`);
          if (type === "DELETED") held.delete(object.metadata.name);
          else held.set(object.metadata.name, object.data.at);
        }
        const { items } = (await api.get(`${MAPS}?labelSelector=${encodeURIComponent(selector)}`)).object;
        assert.deepEqual(held, new Map(items.map((one: { metadata: { name: string }; data: { at: string } }) => [one.metadata.name, one.data.at])));
      }
    }),
    { numRuns: 25 },
  );
});

test("a watcher that doesn't keep up is cut off, and costs the others nothing", async () => {
  await using api = await startApi();
  await withMaps(api, 1);
  const slow = api.watch(`${MAPS}?watch=1`, { queued: 64 << 20 });
  const quick = api.watch(`${MAPS}?watch=1`);
  await quick.first(1);
  await slow.first(1);
  await api.patch(`${MAPS}/m0`, "application/merge-patch+json", { data: { a: "b" } });
  await slow.end();
  assert.equal(slow.aborted, true);
  assert.deepEqual(
    (await quick.first(2)).map(({ type }) => type),
    ["ADDED", "MODIFIED"],
  );
});

test("bookmarks tell how far a quiet watch has come, each minute and at its end", async () => {
  const waiting: { at: number; call: () => void }[] = [];
  let now = Date.parse("2026-01-01T00:00:00Z");
  const clock = {
    now: () => now,
    after(delay: number, call: () => void) {
      const one = { at: now + delay, call };
      waiting.push(one);
      return () => void waiting.splice(waiting.indexOf(one) >>> 0, 1);
    },
  };
  const pass = (milliseconds: number): void => {
    now += milliseconds;
    for (const one of waiting.filter(({ at }) => at <= now)) if (waiting.includes(one)) one.call();
  };
  await using api = await startApi({ clock });
  await withMaps(api, 1);
  const watch = api.watch(`${MAPS}?watch=1&allowWatchBookmarks=true&timeoutSeconds=90`);
  await watch.first(1);
  await api.create("/api/v1/namespaces", { metadata: { name: "elsewhere" } });
  pass(60_000);
  const [, mark] = await watch.first(2);
  assert.deepEqual([mark!.type, mark!.object.metadata.resourceVersion], ["BOOKMARK", String(api.caches.revision)]);
  await api.create(MAPS, configMap("late"));
  pass(30_000);
  await watch.end();
  assert.deepEqual(
    (await watch.first(4)).map(({ type }) => type),
    ["ADDED", "BOOKMARK", "ADDED", "BOOKMARK"],
  );
});

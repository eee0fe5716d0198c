/** Random histories, run against a backend and against the in-memory model side by side: both must say the same to every question. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { systemClock } from "../../machinery/clock.ts";
import { memoryStore } from "../memory.ts";
import type { Change, Condition, Store } from "../store.ts";
import { type OpenStore, plain, watching } from "./support.ts";

const RUNS = 40;
const KEYS = ["/a/1", "/a/2", "/a/3", "/a/22", "/b/1", "/b", "/c/😀", "/c/\uffee"];
const PREFIXES = ["", "/", "/a/", "/a/2", "/b", "/c/", "/none/"];

/** What one step asks; revisions are given as a distance from the newest, so that they are mostly meaningful. */
type Step =
  | { readonly ask: "txn"; readonly if: readonly { key: string; modified: "right" | "absent" | number }[]; readonly then: readonly Change[] }
  | { readonly ask: "burst"; readonly then: readonly (readonly Change[])[] }
  | { readonly ask: "list"; readonly prefix: string; readonly limit: number | undefined; readonly after: string | undefined; readonly back: number | undefined }
  | { readonly ask: "get"; readonly key: string }
  | { readonly ask: "watch"; readonly prefix: string; readonly back: number; readonly withPrevious: boolean }
  | { readonly ask: "compact"; readonly back: number };

const key = fc.constantFrom(...KEYS);
const bytes = fc.uint8Array({ maxLength: 40 });
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      put: key,
      value: bytes,
      side: fc.option(bytes, { nil: undefined }),
      uid: fc.constantFrom("", "uid-1"),
      scope: fc.constantFrom("", "ns-1", "ns-2"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ delete: key }) },
);
const changes = fc.uniqueArray(change, { maxLength: 4, selector: (made) => ("put" in made ? made.put : made.delete) });
const condition = fc.record({
  key,
  modified: fc.oneof(fc.constant("right" as const), fc.constant("right" as const), fc.constant("absent" as const), fc.nat(30)),
});
const back = fc.integer({ min: -1, max: 12 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ask: fc.constant("txn" as const), if: fc.array(condition, { maxLength: 2 }), then: changes }) },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant("burst" as const), then: fc.array(changes, { minLength: 2, maxLength: 12 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ask: fc.constant("list" as const),
      prefix: fc.constantFrom(...PREFIXES),
      limit: optional(fc.integer({ min: 1, max: 4 })),
      after: optional(key),
      back: optional(back),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant("get" as const), key }) },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant("watch" as const), prefix: fc.constantFrom(...PREFIXES), back, withPrevious: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant("compact" as const), back }) },
);

/** Adds the property test to the suite of a backend. */
export function propertySuite(name: string, open: OpenStore): void {
  test(`${name}: says what the model says after any history`, { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => compare(open, steps)),
      { numRuns: RUNS },
    ),
  );
}

async function compare(open: OpenStore, steps: readonly Step[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "rampart-store-"));
  const model = memoryStore();
  try {
    const store = await open(dir, systemClock);
    try {
      const watches = [];
      for (const step of steps) {
        if (step.ask === "watch") watches.push({ step, pair: await watchBoth(store, model, step) });
        else if (step.ask === "burst") await burst(store, model, step.then);
        else assert.deepEqual(await outcome(store, step, model), await outcome(model, step, model), step.ask);
      }
      // A last change under every prefix, so that each watch has something to arrive at.
      const last = await outcome(store, { ask: "txn", if: [], then: KEYS.map((key) => ({ put: key, value: Buffer.from("end"), uid: "", scope: "" })) }, model);
      assert.deepEqual(
        last,
        await outcome(model, { ask: "txn", if: [], then: KEYS.map((key) => ({ put: key, value: Buffer.from("end"), uid: "", scope: "" })) }, model),
      );
      for (const { step, pair } of watches) assert.deepEqual(await seen(pair[0], model), await seen(pair[1], model), `watch ${JSON.stringify(step)}`);
    } finally {
      await store.close();
    }
  } finally {
    await model.close();
    rmSync(dir, { recursive: true });
  }
}

type Watching = ReturnType<typeof watching>;

async function watchBoth(store: Store, model: Store, { prefix, back, withPrevious }: Step & { ask: "watch" }): Promise<[Watching, Watching]> {
  const newest = await model.revision();
  const from = Math.max(0, newest - back);
  const pair: [Watching, Watching] = [watching(store, prefix, from, withPrevious), watching(model, prefix, from, withPrevious)];
  // Both have read what there is before the next step may compact it away.
  for (const watch of pair) await watch.until(newest).catch((error) => assert.equal(error.name, "CompactedError", error.message));
  return pair;
}

/** What a watch saw up to now: its changes, or the error that ended it. */
async function seen(watch: Watching, model: Store): Promise<unknown> {
  const failure = await watch.until(await model.revision()).then(
    () => undefined,
    (error: Error) => `${error.name}: ${error.message}`,
  );
  watch.stop();
  return { changes: watch.changes, failure };
}

/** Many at once, in whatever order the backend chooses; the model is told in that order. */
async function burst(store: Store, model: Store, all: readonly (readonly Change[])[]): Promise<void> {
  const results = await Promise.all(all.map(async (then) => ({ then, result: await store.txn({ if: [], then }) })));
  for (const { then, result } of results.toSorted((a, b) => a.result.revision - b.result.revision)) {
    // One that changed nothing tells no revision of its own, and does nothing to the model where it stands.
    const before = await model.revision();
    if (result.revision > before) assert.equal((await model.txn({ if: [], then })).revision, result.revision);
  }
  assert.equal(await store.revision(), await model.revision());
}

/** The answer to a step, or its error, in a form to compare. Distances are from the model's newest revision, the same for both. */
async function outcome(store: Store, step: Exclude<Step, { ask: "watch" | "burst" }>, model: Store): Promise<unknown> {
  try {
    const newest = await model.revision();
    switch (step.ask) {
      case "get":
        return plain(await store.get(step.key));
      case "list": {
        const { prefix, limit, after, back } = step;
        const listing = await store.list({ prefix, limit, after, revision: back === undefined ? undefined : Math.max(0, newest - back) });
        return { ...listing, entries: listing.entries.map(plain) };
      }
      case "compact":
        return await store.compact(Math.max(0, newest - step.back));
      case "txn": {
        const conditions = await Promise.all(step.if.map((one) => settled(model, one)));
        const result = await store.txn({ if: conditions, then: step.then });
        return { ...result, found: result.found.map(plain) };
      }
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `${error.name}: ${error.message}`;
  }
}

async function settled(model: Store, { key, modified }: { key: string; modified: "right" | "absent" | number }): Promise<Condition> {
  if (modified === "absent") return { key, modified: 0 };
  return { key, modified: modified === "right" ? ((await model.get(key))?.modified ?? 0) : modified };
}

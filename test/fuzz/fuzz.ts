/**
 * Runs a property for as long as it is given: a second each as part of the tests, hours by hand (`FUZZ_SECONDS=3600 node --test test/fuzz/patches.test.ts`).
 * A failure prints its seed and path; `FUZZ_SEED=…` begins from a seed again.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runningPod } from "../bench/pod.ts";
import { cpuMs } from "../support/cpu-time.ts";

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 1);
const SEED = process.env.FUZZ_SEED;
/** What one input may cost the thread. An input that takes longer is tried again: the first time may have been a collection of garbage. */
const BUDGET_MS = 50;
const ATTEMPTS = 4;

/** @param holds throws where the property doesn't hold for the values; called with one value an arbitrary */
export function fuzz<T extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  holds: (...values: T) => void,
): void {
  test(name, { timeout: SECONDS * 1000 + 60_000 }, () => {
    const property = fc.property(...arbitraries, (...values) => {
      let spent = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < ATTEMPTS && spent > BUDGET_MS; attempt++)
        spent = Math.min(
          spent,
          cpuMs(() => holds(...values)),
        );
      assert.ok(spent <= BUDGET_MS, `one input took ${spent} ms`);
    });
    const limits = { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: SECONDS * 1000, markInterruptAsFailure: false };
    const outcome = fc.check(property, { ...limits, ...(SEED !== undefined && { seed: Number(SEED) }) });
    if (outcome.failed) assert.fail(fc.defaultReportMessage(outcome));
    assert.ok(outcome.numRuns > 0, "nothing was tried");
  });
}

/**
 * @param classes what the call may throw; `Error` stands for errors of that class itself, and not for a TypeError that nobody meant
 * @returns what the call gives; undefined where it throws one of them. Whatever else it throws is thrown on.
 */
export function unless<T>(classes: readonly (abstract new (...args: never[]) => Error)[], call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (classes.some((one) => (one === Error ? (error as object).constructor === Error : error instanceof one))) return undefined;
    throw error;
  }
}

/** Bytes that were changed in a few places, cut short, or had a part repeated. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Buffer> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const change = fc.oneof(
    fc.record({
      kind: fc.constant("set" as const),
      at: place,
      byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('{}[]",:\\0-.e &*!|>\n'))),
    }),
    fc.record({ kind: fc.constant("cut" as const), at: place }),
    fc.record({ kind: fc.constant("repeat" as const), at: place, length: fc.integer({ min: 1, max: 200 }), times: fc.integer({ min: 1, max: 20 }) }),
  );
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
    let now = Buffer.from(bytes);
    for (const one of changes) {
      const at = Math.floor(one.at * now.length);
      if (one.kind === "set" && at < now.length) now[at] = one.byte;
      else if (one.kind === "cut") now = now.subarray(0, at);
      else if (one.kind === "repeat") {
        const part = now.subarray(at, at + one.length);
        now = Buffer.concat([now.subarray(0, at), ...new Array<Buffer>(one.times).fill(part), now.subarray(at)]);
      }
    }
    return now;
  });
}

/** Text of a grammar's own pieces in any order, with some that are not of it. */
export function pieces(...own: readonly string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.oneof({ arbitrary: fc.constantFrom(...own), weight: 8 }, fc.string({ unit: "grapheme", maxLength: 4 })), { maxLength: 14 })
    .map((parts) => parts.join(""));
}

const KEYS = [
  "metadata",
  "spec",
  "containers",
  "name",
  "labels",
  "app",
  "image",
  "ports",
  "env",
  "$patch",
  "$retainKeys",
  "$setElementOrder/containers",
  "$deleteFromPrimitiveList/finalizers",
  "finalizers",
  "tolerations",
  "__proto__",
  "constructor",
  "toString",
  "",
];

/** Any JSON whose members have names that mean something to somebody. */
export const document: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.constantFrom("", "web", "delete", "replace", "merge", "1Gi"), fc.string({ maxLength: 5 })),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc.array(fc.tuple(fc.constantFrom(...KEYS), tie("value")), { maxLength: 5 }).map(objectOf),
})).value;

/** An object of it. */
export const objects: fc.Arbitrary<Record<string, unknown>> = fc.array(fc.tuple(fc.constantFrom(...KEYS), document), { maxLength: 6 }).map(objectOf);

function objectOf(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`);
}

/** A fresh copy of a pod as clusters have them. */
export function pod(): Record<string, unknown> {
  return structuredClone(runningPod) as unknown as Record<string, unknown>; // Only generic code looks into it.
}

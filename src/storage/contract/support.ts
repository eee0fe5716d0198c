/** What the contract's tests share: puts of text, entries as text, a watch as a list, and time that a test lets pass. */

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../machinery/clock.ts";
import type { Entry, Put, Store } from "../store.ts";

/** Opens a new, empty store. @param dir an empty folder, removed afterwards  @param clock for times to live; a backend with a clock of its own may ignore it */
export type OpenStore = (dir: string, clock: Clock) => Store | Promise<Store>;

/** Runs one test on a store of its own. */
export type Check = (title: string, body: (store: Store, clock: ManualClock) => Promise<void>) => void;

const DEADLINE_MS = 10_000;

/** A put of text, sealed under a scope that follows from the key. */
export function put(key: string, value: string, side?: string): Put {
  return {
    put: key,
    value: Buffer.from(value),
    side: side === undefined ? undefined : Buffer.from(side),
    uid: `uid of ${key}`,
    scope: key.split("/")[1] ?? "",
  };
}

type Plain<T> = { key: string; value: string; side: string | undefined; created: number; modified: number } | (T extends undefined ? undefined : never);

/** @returns the entry with its bytes as text, to compare and to read */
export function plain<T extends Entry | undefined>(entry: T): Plain<T> {
  if (!entry) return undefined as Plain<T>;
  const { key, value, side, created, modified } = entry;
  return { key, value: text(value), side: side && text(side), created, modified };
}

/** Watches into a list. `until` resolves once everything up to a revision was told, and rejects with the watch's error. */
export function watching(store: Store, prefix: string, from: number, withPrevious = false) {
  const stop = new AbortController();
  const changes: { key: string; revision: number; entry: Plain<Entry | undefined>; previous: Plain<Entry | undefined> }[] = [];
  let told = from;
  let failure: Error | undefined;
  let wake = () => {};
  const tell = (revision: number) => {
    assert.ok(revision >= told, `told of ${revision} after ${told}`);
    told = revision;
    wake();
  };
  store.watch({
    prefix,
    from,
    withPrevious,
    signal: stop.signal,
    onChanges(batch) {
      assert.ok(batch.length > 0 && (batch[0]?.revision ?? 0) > told, "a batch is never empty and never goes back");
      for (const { key, revision, entry, previous } of batch) changes.push({ key, revision, entry: plain(entry), previous: plain(previous) });
      tell(batch.at(-1)?.revision ?? told);
    },
    onProgress: tell,
    onError(error) {
      assert.equal(failure, undefined, "a watch fails once");
      failure = error;
      wake();
    },
  });
  const until = async (revision: number): Promise<void> => {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    while (told < revision && !failure) {
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      deadline.onabort = () => woken.reject(new Error(`Cannot wait for revision ${revision} any longer: the watch is at ${told}`));
      await woken.promise;
    }
    if (failure) throw failure;
  };
  return { changes, until, stop: () => stop.abort() };
}

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  #now = Date.now();
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets so much time pass. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers]) if (timer.at <= this.#now && this.#timers.delete(timer)) timer.callback();
  }

  /** Lets so much time pass, then waits for what must follow from it. A backend with a clock of its own takes real time. */
  async advanceUntil(milliseconds: number, done: () => Promise<boolean>): Promise<void> {
    this.advance(milliseconds);
    for (const deadline = Date.now() + DEADLINE_MS; !(await done()); await sleep(10)) assert.ok(Date.now() < deadline, "it never came");
  }
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

export function summary(entries: readonly Entry[]): string[] {
  return entries.map((entry) => `${entry.key}=${text(entry.value)}`);
}

export async function contents(store: Store): Promise<Record<string, string>> {
  return Object.fromEntries((await store.list({ prefix: "" })).entries.map((entry) => [entry.key, text(entry.value)]));
}

/**
 * The one watch that this instance keeps on the store, and the revision up to which all of its caches are current.
 *
 * There is one for all kinds because revisions are global: whoever has seen every change up to a revision knows so without
 * asking for each kind, and a cache is proven fresh by comparing two numbers.
 */

import type { Clock } from "../../machinery/clock.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import type { Store, WatchedChange } from "../../storage/store.ts";
import { ROOT } from "./keys.ts";
import { Marks } from "./marks.ts";

/** How long a read waits for the store's present revision to arrive before it gives up. */
const PRESENT_MAX_MS = 10_000;
const RETRY_MS = 200;

export interface FeedOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Changes in order, before `revision` counts them as seen. */
  onChanges(changes: readonly WatchedChange[]): void;
  /** After each batch and each sign of progress. */
  onRevision(revision: number): void;
  /** The store has compacted what this feed had not read: everything is to be listed again; the feed goes on from `revision`. */
  onLost(revision: number): void;
}

export class Feed {
  readonly #options: FeedOptions;
  readonly #stop = new AbortController();
  #revision = 0;
  readonly #marks = new Marks();
  #waiting: { revision: number; resolve: () => void }[] = [];
  /** The question that is under way, and the one that is asked when it has been answered: callers who come later than a question can't use its answer. */
  #asking: Promise<number> | undefined;
  #next: Promise<number> | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get revision(): number {
    return this.#revision;
  }

  async start(): Promise<void> {
    this.#revision = await this.#options.store.revision();
    this.#watch();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Resolves once every change up to `revision` is in the caches; throws a 504 StatusError after `timeoutMs`. */
  async waitFor(revision: number, timeoutMs: number): Promise<void> {
    if (revision <= this.#revision) return;
    await new Promise<void>((resolve, reject) => {
      const waiter = { revision, resolve: () => finish() };
      const cancel = this.#options.clock.after(timeoutMs, () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiter);
        reject(tooNew(revision, this.#revision));
      });
      const finish = () => {
        cancel();
        resolve();
      };
      this.#waiting.push(waiter);
    });
  }

  /** Whether the state at a revision is so old that only the store can say whether it may still be shown. */
  isPast(revision: number): boolean {
    return this.#marks.isPast(revision, this.#options.clock.now());
  }

  /** Whether the caches hold everything that is committed now; false also where only a question to the store would tell. */
  get present(): boolean {
    const now = this.#options.store.revisionNow?.();
    return now !== undefined && now <= this.#revision;
  }

  /** Resolves once the caches hold everything that was committed when this was called. */
  async waitForPresent(): Promise<void> {
    const revision = await this.#ask();
    if (revision > this.#revision) await this.waitFor(revision, PRESENT_MAX_MS);
  }

  /** One question to the store serves everyone who came before it was asked. */
  #ask(): Promise<number> {
    if (!this.#asking) {
      this.#asking = this.#options.store.revision().finally(() => {
        this.#asking = undefined;
      });
      return this.#asking;
    }
    this.#next ??= this.#asking
      .catch(() => 0)
      .then(() => {
        this.#next = undefined;
        return this.#ask();
      });
    return this.#next;
  }

  #watch(): void {
    this.#options.store.watch({
      prefix: ROOT,
      from: this.#revision,
      signal: this.#stop.signal,
      onChanges: (changes) => {
        this.#options.onChanges(changes);
        this.#reach(changes.at(-1)!.revision);
      },
      onProgress: (revision) => this.#reach(revision),
      onError: (error) => this.#recover(error),
    });
  }

  #reach(revision: number): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    this.#marks.reach(revision, this.#options.clock.now());
    this.#options.onRevision(revision);
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter((one) => one.revision > revision);
    for (const one of waiting) if (one.revision <= revision) one.resolve();
  }

  /** The watch ended: begins another where it left off or, where the store no longer reaches back or holds a change that doesn't open, at the present. */
  #recover(error: Error): void {
    if (this.#stop.signal.aborted) return;
    this.#options.clock.after(RETRY_MS, () => {
      if (this.#stop.signal.aborted) return;
      if (error.name !== "CompactedError" && error.name !== "SealError") return this.#watch();
      this.#options.store.revision().then((revision) => {
        this.#revision = revision;
        this.#options.onLost(revision);
        this.#watch();
      }, this.#recover.bind(this));
    });
  }
}

/** The refusal to read at a revision that this server hasn't seen. */
export function tooNew(asked: number, current: number): StatusError {
  return new StatusError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: { causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }], retryAfterSeconds: 1 },
  });
}

/** A work queue of keys: each at most once in the queue and once in work; failures come back later and later (client-go's workqueue). */

import type { Clock } from "../machinery/clock.ts";

const RETRY_MIN_MS = 5;
const RETRY_MAX_MS = 1000 * 60 * 5;

export interface QueueOptions {
  readonly clock: Clock;
  /** How many keys may be in work at once. */
  readonly workers: number;
  /** Handles a key; what it throws makes the key come back. */
  work(key: string): Promise<void>;
  onError(key: string, error: unknown, retryInMs: number): void;
  readonly retryMaxMs?: number;
}

export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #working = new Set<string>();
  /** Keys that were added while in work: they go round again. */
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys that wait or are in work. */
  get length(): number {
    return this.#waiting.size + this.#working.size;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#working.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  /** Adds a key later; of several times the earliest holds. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed) return;
    const at = this.#options.clock.now() + delayMs;
    const known = this.#timers.get(key);
    if (known && known.at <= at) return;
    known?.cancel();
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { at, cancel });
  }

  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#waiting.clear();
    this.#again.clear();
  }

  #pump(): void {
    while (!this.#closed && this.#working.size < this.#options.workers && this.#waiting.size > 0) {
      const key = this.#waiting.values().next().value as string;
      this.#waiting.delete(key);
      this.#working.add(key);
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    try {
      await this.#options.work(key);
      this.#failures.delete(key);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      const delayMs = Math.min(RETRY_MIN_MS * 2 ** failures, this.#options.retryMaxMs ?? RETRY_MAX_MS);
      if (!this.#closed) this.#options.onError(key, error, delayMs);
      this.addAfter(key, delayMs);
    }
    this.#working.delete(key);
    if (this.#again.delete(key)) this.#waiting.add(key);
    this.#pump();
  }
}

/** What waits in memory for slow watchers, all together: beyond a bound the slowest is cut, so that memory stays flat however many there are. */

import type { ServerContext } from "../call.ts";

/** Below this nobody counts as slow. */
const SLOW_BYTES = 256 << 10;
const TOTAL_MAX_BYTES = 512 << 20;
/** What a queued event costs beside its bytes, which are shared by all watchers of a form: of these each carries a part. */
const EVENT_BYTES = 256;
const SHARED_PART = 1 / 4;

export interface Holder {
  /** What waits for it now. */
  queuedBytes(): number;
  /** Bytes of an event of its, on average. */
  readonly eventBytes: number;
  /** Breaks the watch off. */
  cut(): void;
}

export class Backlog {
  readonly #weights = new Map<Holder, number>();
  readonly #maxBytes: number;
  #total = 0;

  constructor(maxBytes = TOTAL_MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get total(): number {
    return this.#total;
  }

  /** @param queuedBytes that wait for a watcher now */
  note(holder: Holder, queuedBytes: number): void {
    this.#weigh(holder, queuedBytes);
    if (this.#total <= this.#maxBytes) return;
    for (const one of this.#weights.keys()) this.#weigh(one, one.queuedBytes()); // Who caught up since is heavy no more.
    while (this.#total > this.#maxBytes) this.#cutSlowest();
  }

  forget(holder: Holder): void {
    this.#total -= this.#weights.get(holder) ?? 0;
    this.#weights.delete(holder);
  }

  #weigh(holder: Holder, queuedBytes: number): void {
    if (queuedBytes < SLOW_BYTES) {
      if (this.#weights.size > 0) this.forget(holder);
      return;
    }
    const weight = queuedBytes * SHARED_PART + (queuedBytes / Math.max(1, holder.eventBytes)) * EVENT_BYTES;
    this.#total += weight - (this.#weights.get(holder) ?? 0);
    this.#weights.set(holder, weight);
  }

  #cutSlowest(): void {
    let slowest: Holder | undefined;
    let most = -1;
    for (const [holder, weight] of this.#weights) {
      if (weight <= most) continue;
      slowest = holder;
      most = weight;
    }
    if (!slowest) return;
    this.forget(slowest);
    slowest.cut();
  }
}

const backlogs = new WeakMap<ServerContext, Backlog>();

/** @returns the one of this server */
export function backlogOf(context: ServerContext): Backlog {
  return backlogs.getOrInsertComputed(context, () => new Backlog());
}

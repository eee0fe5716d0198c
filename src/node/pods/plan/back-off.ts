/** How long a container that keeps ending waits before its next start: 10 s, doubled each time, at most 5 min, forgotten after 10 quiet minutes. */

export const BACK_OFF_MIN_MS = 10_000;
export const BACK_OFF_MAX_MS = 5 * 60_000;
const FORGET_AFTER_MS = 2 * BACK_OFF_MAX_MS;

interface Entry {
  delayMs: number;
  updatedAt: number;
}

/** Keys are container names; one BackOff is for one pod, and another for the images of a node. */
export class BackOff {
  readonly #entries = new Map<string, Entry>();

  /** Still to wait, 0 when it may start. @param endedAtMs when the last run or attempt ended */
  remainingMs(key: string, endedAtMs: number, now: number): number {
    const entry = this.#live(key, endedAtMs);
    return entry ? Math.max(0, endedAtMs + entry.delayMs - now) : 0;
  }

  delayMs(key: string): number {
    return this.#entries.get(key)?.delayMs ?? 0;
  }

  /** Notes that one more start is made after an end at `endedAtMs`. */
  next(key: string, endedAtMs: number, now: number): void {
    const entry = this.#live(key, endedAtMs);
    this.#entries.set(key, { delayMs: entry ? Math.min(entry.delayMs * 2, BACK_OFF_MAX_MS) : BACK_OFF_MIN_MS, updatedAt: now });
  }

  /** After a restart of the agent: goes on where `starts` restarts had led to. */
  recall(key: string, starts: number, endedAtMs: number): void {
    if (starts < 1 || this.#entries.has(key)) return;
    this.#entries.set(key, { delayMs: Math.min(BACK_OFF_MIN_MS * 2 ** Math.min(starts - 1, 10), BACK_OFF_MAX_MS), updatedAt: endedAtMs });
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  #live(key: string, endedAtMs: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && endedAtMs - entry.updatedAt <= FORGET_AFTER_MS ? entry : undefined;
  }
}

/** Keeps the history short: Kubernetes' API server compacts etcd every five minutes to where it stood five minutes before, and so does this. */

import type { Clock } from "../machinery/clock.ts";
import type { Store } from "./store.ts";

/** Lists and watches may go back at least so far, and at most twice as far. */
export const COMPACT_EVERY_MS = 5 * 60 * 1000;

/**
 * Compacts the store again and again, each time to the revision that it had the time before.
 * @returns what ends it
 */
export function compactRegularly(store: Store, clock: Clock, everyMs = COMPACT_EVERY_MS): () => void {
  let cancel = () => {};
  let stopped = false;
  const next = (revision: number) => {
    if (stopped) return;
    cancel = clock.after(everyMs, async () => {
      try {
        const newest = await store.revision();
        await store.compact(revision);
        next(newest);
      } catch {
        // A store that is gone tells everyone else; one whose disk is full gets another chance, with the same revision.
        next(revision);
      }
    });
  };
  store.revision().then(next, () => {});
  return () => {
    stopped = true;
    cancel();
  };
}

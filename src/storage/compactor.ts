/** Keeps the history short: as Kubernetes' API server does with etcd's, what was replaced more than five minutes ago goes. */

import type { Clock } from "../machinery/clock.ts";
import type { Store } from "./store.ts";

/** Lists and watches may go back at least so far. */
const HISTORY_MS = 5 * 60 * 1000;
/**
 * In how many steps the floor follows: history lasts one step longer at most. In a single one, as there, it would last up to twice as long, and
 * a client that waits for a list to expire, as one of the conformance tests does for ten minutes, would now and then wait in vain.
 */
const STEPS = 5;

/**
 * Compacts the store again and again, each time to the revision that it had some time before.
 * @returns what ends it
 */
export function compactRegularly(store: Store, clock: Clock, historyMs = HISTORY_MS): () => void {
  let cancel = () => {};
  let stopped = false;
  /** What the store's revision was at each of the last steps, oldest first. */
  const reached: number[] = [];
  const next = () => {
    if (stopped) return;
    cancel = clock.after(historyMs / STEPS, async () => {
      try {
        const newest = await store.revision();
        if (reached.length === STEPS) {
          await store.compact(reached[0]!);
          reached.shift();
        }
        reached.push(newest);
      } catch {
        // A store that is gone tells everyone else; one whose disk is full gets another chance, with the same revision.
      }
      next();
    });
  };
  const begin = (revision: number) => {
    reached.push(revision);
    next();
  };
  store.revision().then(begin, () => {});
  return () => {
    stopped = true;
    cancel();
  };
}

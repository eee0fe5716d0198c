/**
 * Shuffle sharding: each flow is dealt a few of a level's queues by the hash of its name, so that one flood fills only its own hand and hardly another flow
 * holds the same one.
 */

import { createHash } from "node:crypto";

/**
 * @param flow what tells the flow from others
 * @returns `size` different numbers below `queues`, always the same for the same flow
 */
export function dealHand(flow: string, queues: number, size: number): readonly number[] {
  let entropy = createHash("sha256").update(flow).digest().readBigUInt64LE();
  const hand: number[] = [];
  const taken: number[] = []; // Ascending.
  for (let i = 0; i < Math.min(size, queues); i++) {
    const left = BigInt(queues - i);
    let card = Number(entropy % left);
    entropy /= left;
    // The card counts among those that are left: each lower one that was taken moves it up.
    let at = 0;
    while (at < taken.length && taken[at]! <= card) {
      card++;
      at++;
    }
    taken.splice(at, 0, card);
    hand.push(card);
  }
  return hand;
}

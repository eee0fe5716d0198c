/** Waiting for what others do in their own time. */

import { setTimeout as sleep } from "node:timers/promises";

/** Looks again and again until there is something to see. @returns that */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, timeoutMs = 20_000): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await sleep(100)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not ${what} within ${timeoutMs} ms`);
  }
}

/**
 * What a client was told by one instance, every other instance knows when it is asked: who calls, what they may do and what stands is decided on caches that are at
 * least as new as anything that was answered before the request came. Kubernetes has several servers lag behind each other instead.
 */

import type { Clock } from "../../machinery/clock.ts";
import type { Exchange } from "../http/exchange.ts";

/** Caches that are further behind than this aren't waited for: a server whose store is gone must still say so. */
const WAIT_MAX_MS = 1000;

interface Behind {
  /** Whether everything that is committed is here. */
  readonly present: boolean;
  waitForPresent(): Promise<void>;
}

/** @returns the handler for requests from outside */
export function caughtUp(handle: (exchange: Exchange) => void, caches: Behind, clock: Clock): (exchange: Exchange) => void {
  return (exchange) => {
    if (caches.present) return handle(exchange);
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      cancel();
      handle(exchange);
    };
    const cancel = clock.after(WAIT_MAX_MS, begin);
    caches.waitForPresent().then(begin, begin);
  };
}

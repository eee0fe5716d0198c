/** Waiting and repeating, on the clock that one is given. */

import type { Clock } from "../machinery/clock.ts";

export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

export interface Repeated {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly periodMs: number;
  work(): Promise<void>;
  /** Told of a round that failed; the next comes all the same. */
  failed(error: unknown): void;
}

/** Does something at once and then again and again, until the signal aborts. */
export async function repeat({ clock, signal, periodMs, work, failed }: Repeated): Promise<void> {
  while (!signal.aborted) {
    await work().catch((error) => {
      if (!signal.aborted) failed(error);
    });
    await pause(clock, periodMs);
  }
}

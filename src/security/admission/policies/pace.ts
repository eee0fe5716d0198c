/** How the evaluations of one request take turns with everything else: many short ones hold the event loop as one long one would. */

import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";

const TURN_MAX_MS = 10;

export class Pace {
  #began = performance.now();

  /** @returns what is waited for where this turn of the event loop has taken long enough */
  breathe(): Promise<void> | undefined {
    return performance.now() - this.#began < TURN_MAX_MS ? undefined : this.#rest();
  }

  async #rest(): Promise<void> {
    await setImmediate();
    this.#began = performance.now();
  }
}

/** One write a time in each namespace with quotas: two that come together would both find the same room. */

import type { Clock } from "../../../machinery/clock.ts";

/** As long as Kubernetes waits for its evaluation. */
const WAIT_MAX_MS = 10_000;

export class TurnTimeoutError extends Error {
  override name = "TurnTimeoutError";
}

export class Turns {
  readonly #clock: Clock;
  /** Who waits, in order, by namespace; a namespace whose turn is taken is here, if with nobody who waits. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns what gives the turn back, which may be called more than once; throws TurnTimeoutError */
  async take(namespace: string): Promise<() => void> {
    const queue = this.#waiting.get(namespace);
    if (!queue) this.#waiting.set(namespace, []);
    else await this.#wait(namespace, queue);
    let held = true;
    return () => {
      if (held) this.#next(namespace);
      held = false;
    };
  }

  #wait(namespace: string, queue: (() => void)[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(WAIT_MAX_MS, () => {
        queue.splice(queue.indexOf(turn), 1);
        reject(new TurnTimeoutError(`The quotas of ${namespace} could not be asked within ${WAIT_MAX_MS} ms`));
      });
      queue.push(turn);
    });
  }

  #next(namespace: string): void {
    const next = this.#waiting.get(namespace)?.shift();
    if (next) next();
    else this.#waiting.delete(namespace);
  }
}

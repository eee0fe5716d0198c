/**
 * Keeps a flood from filling a turn of the event loop. Most requests are answered where they are read, so seats, which bound what runs at the same time, never
 * run out; what runs out is the thread. When requests have filled one turn for a while, those that come after it in the same turn wait in their queues, and the
 * next turns serve the queues fairly, a few seats each, between looks at the sockets: whoever else asks is heard soon.
 */

/** So long requests are answered where they are read. */
const TURN_MS = 8;
/** Seats that are served between two looks at the sockets. */
export const SEATS_PER_TURN = 24;

export class Pace {
  /** Whether a request may run at once. */
  open = true;
  readonly #now: () => number;
  readonly #soon: (callback: () => void) => void;
  readonly #serve: () => boolean;
  #began = 0;
  #turning = false;

  /**
   * @param soon calls back once the sockets were looked at
   * @param serve lets run some who wait, when the gate is open; says whether others still do
   */
  constructor(now: () => number, soon: (callback: () => void) => void, serve: () => boolean) {
    this.#now = now;
    this.#soon = soon;
    this.#serve = serve;
  }

  /** Called as a request comes that isn't exempt. */
  note(): void {
    if (!this.#turning) {
      this.#began = this.#now();
      this.#turn();
    } else if (this.open && this.#now() - this.#began >= TURN_MS) this.open = false;
  }

  #turn(): void {
    this.#turning = true;
    this.#soon(() => {
      this.#turning = false;
      this.open = true;
      if (!this.#serve()) return;
      // Others still wait: who comes now gets in line behind them.
      this.open = false;
      this.#turn();
    });
  }
}

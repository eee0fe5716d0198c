/** Takes one step after another, each when something may have changed, when it is time, or, after a failure, a while later. */

import type { Clock } from "../../machinery/clock.ts";

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 20_000;
/** Sooner than this nothing will have changed. */
const WAKE_MIN_MS = 10;

export interface StepLoopOptions {
  readonly clock: Clock;
  step(): Promise<void>;
  /** Told of a step that failed, unless the loop is over. */
  onError(error: Error): void;
}

export class StepLoop {
  readonly #options: StepLoopOptions;
  #stepping = false;
  #over = false;
  #failures = 0;
  #poked = Promise.withResolvers<void>();
  #cancelWake = (): void => undefined;

  constructor(options: StepLoopOptions) {
    this.#options = options;
  }

  /** A step is under way. */
  get stepping(): boolean {
    return this.#stepping;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Something may have changed: one more step. */
  poke(): void {
    this.#poked.resolve();
  }

  /** No step follows the one that is under way. */
  end(): void {
    this.#over = true;
    this.poke();
  }

  /** One more step at the earliest of these times. */
  wakeAt(times: readonly (number | undefined)[]): void {
    const known = times.filter((time): time is number => time !== undefined);
    if (known.length > 0) this.#wakeIn(Math.max(WAKE_MIN_MS, Math.min(...known) - this.#options.clock.now()));
  }

  /** @returns once the loop is over */
  async run(): Promise<void> {
    while (!this.#over) {
      this.#poked = Promise.withResolvers();
      this.#cancelWake();
      try {
        this.#stepping = true;
        await this.#options.step();
        this.#failures = 0;
      } catch (error) {
        const delayMs = Math.min(RETRY_MIN_MS * 2 ** this.#failures++, RETRY_MAX_MS);
        if (!this.#over) this.#options.onError(error as Error);
        this.#wakeIn(delayMs);
      } finally {
        this.#stepping = false;
      }
      if (!this.#over) await this.#poked.promise;
    }
    this.#cancelWake();
  }

  #wakeIn(delayMs: number): void {
    this.#cancelWake();
    this.#cancelWake = this.#options.clock.after(delayMs, () => this.poke());
  }
}

/** How long one piece of work may hold the event loop before it is given up here, to be done where nobody waits for it. */

import { performance } from "node:perf_hooks";

/** So many looks are taken before the clock is asked again: it costs more than what is measured. */
const LOOKS = 64;

/** Thrown out of work that takes longer than it may; it has changed nothing, and can be done again elsewhere. */
export class ImpatientError extends Error {
  override name = "ImpatientError";
  constructor() {
    super("this takes longer than the event loop may be held");
  }
}

export class Patience {
  readonly #end: number;
  #looks = 0;

  /** @param milliseconds from now on */
  constructor(milliseconds: number) {
    this.#end = performance.now() + milliseconds;
  }

  /** Call it in every loop over what users sent. @throws ImpatientError once the time is over */
  look(): void {
    if (++this.#looks % LOOKS === 0 && performance.now() > this.#end) throw new ImpatientError();
  }

  /** The same after a step that may have taken long by itself. @throws ImpatientError once the time is over */
  lookAtOnce(): void {
    if (performance.now() > this.#end) throw new ImpatientError();
  }

  /** For a step that can't be left once it has begun. @throws ImpatientError */
  giveUp(): never {
    throw new ImpatientError();
  }
}

/** How long a refused client shall stay away: twice as long each time refusals go on, a second less each time they don't. */

const MAX_SECONDS = 32;

/** Of one priority level. */
export class Dropped {
  #retryAfter = 1;
  /** The second in which it was doubled last. */
  #doubledAt = 0;
  #second = 0;
  #count = 0;
  /** Refusals by second, oldest first, as far back as they can matter. */
  #history: { readonly second: number; readonly count: number }[] = [];

  /** Notes a refusal. @param now milliseconds. @returns the seconds for its `Retry-After` */
  note(now: number): number {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#begin(second);
    this.#count++;
    return this.#retryAfter;
  }

  /** Judges by the seconds before this one. */
  #begin(second: number): void {
    this.#history.push({ second: this.#second, count: this.#count });
    this.#history = this.#history.filter((one) => second - one.second <= MAX_SECONDS);
    this.#second = second;
    this.#count = 0;
    const recent = this.#history.filter((one) => second - one.second <= this.#retryAfter).reduce((sum, { count }) => sum + count, 0);
    if (second - this.#doubledAt >= this.#retryAfter && recent >= 3 * this.#retryAfter) {
      this.#retryAfter = Math.min(2 * this.#retryAfter, MAX_SECONDS);
      this.#doubledAt = second;
    } else if (recent < this.#retryAfter && this.#retryAfter > 1) this.#retryAfter--;
  }
}

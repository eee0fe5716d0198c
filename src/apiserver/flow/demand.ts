/** How many seats a level could have used lately: mean, spread and peak over a period, and a mean that forgets peaks slowly (KEP-1040). */

/** How much of the smoothed demand is kept each period: a half-life of some five minutes at ten seconds. */
const SMOOTHING = 0.977;

export class Demand {
  average = 0;
  deviation = 0;
  peak = 0;
  smoothed = 0;
  #value = 0;
  #max = 0;
  #elapsed = 0;
  /** Integrals of the value and of its square over the period. */
  #first = 0;
  #second = 0;

  /** From now on so many seats are wanted. */
  set(value: number): void {
    this.#value = value;
    if (value > this.#max) this.#max = value;
  }

  /** So many milliseconds went by in which the value stood. */
  pass(elapsedMs: number): void {
    this.#elapsed += elapsedMs;
    this.#first += this.#value * elapsedMs;
    this.#second += this.#value ** 2 * elapsedMs;
  }

  /** Ends a period: its figures are read until the next one ends. */
  endPeriod(): void {
    this.peak = this.#max;
    this.#max = this.#value;
    if (this.#elapsed > 0) {
      this.average = this.#first / this.#elapsed;
      this.deviation = Math.sqrt(Math.max(0, this.#second / this.#elapsed - this.average ** 2));
      const envelope = this.average + this.deviation;
      this.smoothed = Math.max(envelope, SMOOTHING * this.smoothed + (1 - SMOOTHING) * envelope);
    }
    this.#elapsed = 0;
    this.#first = 0;
    this.#second = 0;
  }
}

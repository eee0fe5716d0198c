/** Which revisions belong to the past: marks of when they were reached, so that nothing is shown as of a moment that the store has long compacted. */

/** As long as the store keeps history at least. */
const AGE_MS = 5 * 60_000;
/** One mark in so long is exact enough. */
const EVERY_MS = 10_000;

export class Marks {
  #marks: { readonly at: number; readonly revision: number }[] = [];

  /** Notes that a revision was reached now. */
  reach(revision: number, now: number): void {
    const last = this.#marks.at(-1);
    if (last && now - last.at < EVERY_MS) return;
    this.#marks.push({ at: now, revision });
    while (this.#marks.length > 1 && now - this.#marks[1]!.at >= AGE_MS) this.#marks.shift();
  }

  /** @returns whether the state at a revision was followed by another one more than five minutes ago */
  isPast(revision: number, now: number): boolean {
    return this.#marks.some((mark) => mark.revision > revision && now - mark.at >= AGE_MS);
  }
}

/** Remembers what was made of an object's bytes, as long as they live and within a budget: forms beside JSON are made on first demand. */

const BUDGET_BYTES = 32 * 1024 * 1024;

/** Two generations: what isn't asked for while half the budget fills up is forgotten. Nothing here keeps an object's bytes alive. */
export class MadeForms {
  readonly #halfBytes: number;
  #young = new WeakMap<Uint8Array, Buffer>();
  #old = new WeakMap<Uint8Array, Buffer>();
  #youngBytes = 0;

  constructor(budgetBytes = BUDGET_BYTES) {
    this.#halfBytes = budgetBytes / 2;
  }

  get(bytes: Uint8Array, make: (bytes: Uint8Array) => Buffer): Buffer {
    const young = this.#young.get(bytes);
    if (young) return young;
    const made = this.#old.get(bytes) ?? make(bytes);
    this.#youngBytes += made.length;
    if (this.#youngBytes > this.#halfBytes) {
      this.#old = this.#young;
      this.#young = new WeakMap();
      this.#youngBytes = made.length;
    }
    this.#young.set(bytes, made);
    return made;
  }
}

/** Remembers what was made of something (an object's bytes, an array of objects), as long as that lives and within a budget: forms beside JSON are made on first demand. */

/** Two generations: what isn't asked for while half the budget fills up is forgotten. Nothing here keeps a source alive. */
export class MadeForms<K extends object = Uint8Array, V extends { readonly length: number } = Buffer> {
  readonly #halfBytes: number;
  #young = new WeakMap<K, V>();
  #old = new WeakMap<K, V>();
  #youngBytes = 0;

  constructor(budgetBytes: number) {
    this.#halfBytes = budgetBytes / 2;
  }

  /** @returns what was made of the source; nothing is kept of what `make` gives up on */
  get<M extends V | undefined>(source: K, make: (source: K) => M): V | M {
    const young = this.#young.get(source);
    if (young) return young;
    const made = this.#old.get(source) ?? make(source);
    if (!made) return made;
    this.#youngBytes += made.length;
    if (this.#youngBytes > this.#halfBytes) {
      this.#old = this.#young;
      this.#young = new WeakMap();
      this.#youngBytes = made.length;
    }
    this.#young.set(source, made);
    return made;
  }
}

/** The objects of a kind that stand in the store and don't open: kept from everybody, told of once. */

import type { SealError } from "../../storage/store.ts";

export class Damage {
  #byKey = new Map<string, SealError>();

  at(key: string): SealError | undefined {
    return this.#byKey.size > 0 ? this.#byKey.get(key) : undefined;
  }

  /** Something else stands there now, or nothing. */
  forget(key: string): void {
    if (this.#byKey.size > 0) this.#byKey.delete(key);
  }

  /** Takes what a new listing found. @returns what was not known before */
  replace(found: ReadonlyMap<string, SealError>): SealError[] {
    const known = this.#byKey;
    this.#byKey = new Map(found);
    return [...found.values()].filter(({ key }) => !known.has(key));
  }
}

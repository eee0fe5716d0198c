/** Lists after one another. */

import { CelList, GrowingList, type Value } from "./value.ts";

/** Two lists as one, without a copy. */
class Concatenation extends CelList {
  readonly #left: CelList;
  readonly #right: CelList;
  override readonly size: number;
  constructor(left: CelList, right: CelList) {
    super();
    this.#left = left;
    this.#right = right;
    this.size = left.size + right.size;
  }
  override get(index: number): Value {
    return index < this.#left.size ? this.#left.get(index) : this.#right.get(index - this.#left.size);
  }
}

/** What `a + b` is. A list that a fold is building grows; others stay as they are. */
export function concatLists(a: CelList, b: CelList): Value {
  if (a instanceof GrowingList) {
    for (const item of b) a.items.push(item);
    return a;
  }
  if (a.add) return a.add(b);
  if (a.size === 0) return b;
  return b.size === 0 ? a : new Concatenation(a, b);
}

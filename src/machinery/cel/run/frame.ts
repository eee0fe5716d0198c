/** One evaluation: what the variables hold, and what it has cost so far. */

import type { Patience } from "../../patience.ts";
import { CelError, type Value } from "../values/value.ts";

/** The evaluation would cost more than it may. */
export class CostExceededError extends Error {
  override name = "CostExceededError";
  constructor() {
    super("operation cancelled: actual cost limit exceeded");
  }
}

/** What a variable holds: asked for once an evaluation, when the expression first names it. Undefined: there is none. */
export type Lookup = (name: string) => Value | undefined;

export class Frame {
  cost = 0;
  readonly limit: number;
  /** Variables of folds, by the slots that the plan gave them. */
  readonly locals: Value[] = [];
  readonly #lookup: Lookup;
  readonly #known = new Map<string, Value>();

  /** Of an evaluation that may be given up, to be made again elsewhere. */
  readonly patience: Patience | undefined;

  constructor(lookup: Lookup, limit: number, patience?: Patience) {
    this.#lookup = lookup;
    this.limit = limit;
    this.patience = patience;
  }

  /** Throws CostExceededError and ImpatientError. */
  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.limit) throw new CostExceededError();
    this.patience?.look();
  }

  variable(name: string): Value {
    let value = this.#known.get(name);
    if (value === undefined) {
      const found = this.#lookup(name);
      value = found === undefined ? new CelError(`no such attribute(s): ${name}`) : found; // null is a value.
      this.#known.set(name, value);
    }
    return value;
  }
}

/** A part of an expression, ready to run. */
export type Step = (frame: Frame) => Value;

/** Evaluates expressions about one request, within what they may cost together. [k8s.io/apiserver pkg/admission/plugin/cel] */

import { setImmediate } from "node:timers/promises";
import { PER_CALL_LIMIT } from "../../../machinery/cel/limits.ts";
import { CelError, CelMap, isError, type Value } from "../../../machinery/cel/values/value.ts";
import { goQuote } from "../../../machinery/go-quote.ts";
import { whenAnswered } from "./authorize.ts";
import type { Expression } from "./compiled.ts";
import type { Inputs } from "./inputs.ts";

/** So much at once, some ten milliseconds; then others go first. */
const TURN_COST_MAX = 200_000;

/** No more expressions are evaluated. */
export class BudgetError extends Error {
  override name = "BudgetError";
  constructor() {
    super("validation failed due to running out of cost budget, no further validation rules will be run");
  }
}

/** What an expression gave: a value, or an error that says which expression it was. */
export type Result = { readonly value: Value } | { readonly error: string };

/** Evaluations that share variables, each evaluated once. */
export class Evaluation {
  readonly #inputs: Inputs;
  readonly #variables: Variables;

  constructor(inputs: Inputs, variables: ReadonlyMap<string, Expression>) {
    this.#inputs = inputs;
    this.#variables = new Variables(variables, (name) => this.#lookup(name));
  }

  #lookup(name: string): Value | undefined {
    return name === "variables" ? this.#variables : this.#inputs(name);
  }

  /** @throws BudgetError where the expressions together cost more than the budget */
  async run({ source, program, error }: Expression, budget: Budget): Promise<Result> {
    if (!program) return { error: `compilation error: ${error ?? ""}` };
    const { value, cost } = await whenAnswered(() => program.evaluate((name) => this.#lookup(name), PER_CALL_LIMIT));
    if (budget.spend(this.#variables.takeCost() + cost)) await setImmediate();
    return isError(value) ? { error: `expression '${source}' resulted in error: ${value.message}` } : { value };
  }
}

/** What expressions may still cost. */
export class Budget {
  #left: number;
  #turn = 0;
  constructor(limit: number) {
    this.#left = limit;
  }
  /** @returns whether this turn of the event loop has taken long enough */
  spend(cost: number): boolean {
    this.#left -= cost;
    if (this.#left < 0) throw new BudgetError();
    this.#turn += cost;
    if (this.#turn < TURN_COST_MAX) return false;
    this.#turn = 0;
    return true;
  }
}

/** The value of `variables`: each of its fields is evaluated when an expression first names it. */
class Variables extends CelMap {
  override readonly typeName = "kubernetes.variables";
  readonly #expressions: ReadonlyMap<string, Expression>;
  readonly #lookup: Inputs;
  readonly #values = new Map<string, Value>();
  #cost = 0;

  constructor(expressions: ReadonlyMap<string, Expression>, lookup: Inputs) {
    super();
    this.#expressions = expressions;
    this.#lookup = lookup;
  }

  override get size(): number {
    return this.#expressions.size;
  }

  override keys(): Iterable<Value> {
    return this.#expressions.keys();
  }

  override find(key: Value): Value | undefined {
    const expression = typeof key === "string" ? this.#expressions.get(key) : undefined;
    if (!expression || typeof key !== "string") return undefined;
    let value = this.#values.get(key);
    if (value === undefined) {
      value = this.#evaluate(key, expression);
      this.#values.set(key, value);
    }
    return value;
  }

  #evaluate(name: string, { program, error }: Expression): Value {
    if (!program) return new CelError(`composited variable ${goQuote(name)} fails to compile: ${error ?? ""}`);
    const { value, cost } = program.evaluate(this.#lookup, PER_CALL_LIMIT);
    this.#cost += cost;
    return isError(value) ? new CelError(`composited variable ${goQuote(name)} fails to evaluate: ${value.message}`) : value;
  }

  /** What the variables have cost since this was asked last. */
  takeCost(): number {
    const cost = this.#cost;
    this.#cost = 0;
    return cost;
  }
}

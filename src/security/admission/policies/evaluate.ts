/** Evaluates expressions about one request, within what they may cost together. [k8s.io/apiserver pkg/admission/plugin/cel] */

import { performance } from "node:perf_hooks";
import { PER_CALL_LIMIT } from "../../../machinery/cel/limits.ts";
import type { Outcome, Program } from "../../../machinery/cel/program.ts";
import { isError, type Value } from "../../../machinery/cel/values/value.ts";
import { ImpatientError, Patience } from "../../../machinery/patience.ts";
import { whenAnswered } from "./authorize.ts";
import type { Expression } from "./compiled.ts";
import { fromPortable } from "./elsewhere.ts";
import type { Inputs } from "./inputs.ts";
import { Variables } from "./variables.ts";

/** For so long one expression may hold the event loop; most take a thousandth of it. */
const PATIENCE_MS = 15;

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
  readonly #counted = new Set<string>();
  #cost = 0;

  constructor(inputs: Inputs, variables: ReadonlyMap<string, Expression>) {
    this.#inputs = inputs;
    this.#variables = new Variables(variables, inputs.lookup, (name, cost) => this.#count(name, cost));
  }

  /** Wherever it is evaluated, a variable costs once. */
  #count(name: string, cost: number): void {
    if (this.#counted.has(name)) return;
    this.#counted.add(name);
    this.#cost += cost;
  }

  /** @throws BudgetError where the expressions together cost more than the budget */
  async run(expression: Expression, budget: Budget): Promise<Result> {
    const began = performance.now();
    const { source, program, error } = expression;
    const { times } = this.#inputs.asking;
    const compiledAt = performance.now();
    times?.compiled(expression, (compiledAt - began) / 1000);
    if (!program) return { error: `compilation error: ${error ?? ""}` };
    const { asking } = this.#inputs;
    this.#cost = 0;
    let outcome: Outcome;
    try {
      outcome = await whenAnswered(() => this.#here(program));
    } catch (reason) {
      if (!(reason instanceof ImpatientError)) throw reason;
      outcome = await this.#elsewhere(expression);
    }
    times?.evaluated((performance.now() - compiledAt) / 1000);
    budget.spend(this.#cost + outcome.cost);
    await asking.pace.breathe();
    const { value } = outcome;
    return isError(value) ? { error: `expression '${source}' resulted in error: ${value.message}` } : { value };
  }

  #here(program: Program): Outcome {
    const { asking, lookup } = this.#inputs;
    const patience = asking.elsewhere && new Patience(PATIENCE_MS);
    this.#variables.patience = patience;
    return program.evaluate((name) => (name === "variables" ? this.#variables : lookup(name)), PER_CALL_LIMIT, patience);
  }

  async #elsewhere({ source, origin }: Expression): Promise<Outcome> {
    const { asking, plain } = this.#inputs;
    const answer = await asking.elsewhere!.evaluate({ source, origin, inputs: plain() }, (check) => whenAnswered(() => asking.authorize(check)));
    for (const [name, cost] of answer.variables) this.#count(name, cost);
    return { value: fromPortable(answer.value), cost: answer.cost };
  }
}

/** What expressions may still cost. */
export class Budget {
  #left: number;
  constructor(limit: number) {
    this.#left = limit;
  }
  /** @throws BudgetError */
  spend(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0) throw new BudgetError();
  }
}

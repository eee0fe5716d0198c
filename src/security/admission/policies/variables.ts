/** The value of `variables`: each of its fields is evaluated when an expression first names it. [k8s.io/apiserver pkg/admission/plugin/cel/composition.go] */

import { PER_CALL_LIMIT } from "../../../machinery/cel/limits.ts";
import type { Program } from "../../../machinery/cel/program.ts";
import { CelError, CelMap, isError, type Value } from "../../../machinery/cel/values/value.ts";
import { goQuote } from "../../../machinery/go-quote.ts";
import type { Patience } from "../../../machinery/patience.ts";

interface Variable {
  readonly program?: Program | undefined;
  readonly error?: string | undefined;
}

export class Variables extends CelMap {
  override readonly typeName = "kubernetes.variables";
  /** Of the evaluation under way. */
  patience: Patience | undefined;
  readonly #expressions: ReadonlyMap<string, Variable>;
  readonly #lookup: (name: string) => Value | undefined;
  readonly #values = new Map<string, Value>();
  readonly #spent: (name: string, cost: number) => void;

  /** @param spent told of each variable that is evaluated */
  constructor(expressions: ReadonlyMap<string, Variable>, lookup: (name: string) => Value | undefined, spent: (name: string, cost: number) => void) {
    super();
    this.#expressions = expressions;
    this.#lookup = (name) => (name === "variables" ? this : lookup(name));
    this.#spent = spent;
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

  #evaluate(name: string, { program, error }: Variable): Value {
    if (!program) return new CelError(`composited variable ${goQuote(name)} fails to compile: ${error ?? ""}`);
    const { value, cost } = program.evaluate(this.#lookup, PER_CALL_LIMIT, this.patience);
    this.#spent(name, cost);
    return isError(value) ? new CelError(`composited variable ${goQuote(name)} fails to evaluate: ${value.message}`) : value;
  }
}

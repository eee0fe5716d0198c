/** A policy's expressions, compiled once for as long as the policy stays as it is. */

import { compileFor, type ExpressionOptions, PolicyExpressions, RETURNS } from "../../../api/admissionregistration/expressions.ts";
import type { MatchCondition, Variable } from "../../../api/tables/admissionregistration-v1.ts";
import type { Program } from "../../../machinery/cel/program.ts";
import type { Origin } from "./elsewhere.ts";

export interface Expression {
  readonly source: string;
  readonly program?: Program | undefined;
  /** Why it is no expression: another version of this server may have accepted it. */
  readonly error?: string | undefined;
  /** Where it can be compiled again. */
  readonly origin: Origin;
}

export interface CompiledPolicy {
  readonly variables: ReadonlyMap<string, Expression>;
  readonly conditions: readonly Expression[];
  /** Compiles what else the policy has: it may name the variables. */
  compile(source: string, sort: keyof typeof RETURNS, options?: Partial<ExpressionOptions>): Expression;
}

interface Spec {
  readonly paramKind?: object | undefined;
  readonly variables?: readonly Variable[];
  readonly matchConditions?: readonly MatchCondition[];
}

export function compilePolicy({ paramKind, variables = [], matchConditions = [] }: Spec): CompiledPolicy {
  const params = paramKind !== undefined;
  const expressions = new PolicyExpressions(true);
  const compiledVariables = new Map(
    variables.map(({ name, expression }): [string, Expression] => {
      const compiled = expressions.variable(name, expression, { params });
      const origin = { params, variables, sort: "condition", options: {} } as const; // Unused: whoever names it is compiled again, and it with them.
      return [
        name,
        "program" in compiled
          ? { source: expression, program: compiled.program, origin }
          : { source: expression, error: `compilation failed: ${compiled.text}`, origin },
      ];
    }),
  );
  const compile: CompiledPolicy["compile"] = (source, sort, options = {}) => {
    const done = once(() => compileFor(source, expressions.environment({ params, ...options }), RETURNS[sort]));
    return lazily(source, done, { params, variables, sort, options });
  };
  return { variables: compiledVariables, conditions: matchConditions.map(({ expression }) => compile(expression, "condition")), compile };
}

/** Of a webhook, which has neither variables nor parameters. */
export function compileConditions(conditions: readonly MatchCondition[]): readonly Expression[] {
  const environment = new PolicyExpressions(false).environment({ params: false });
  const origin: Origin = { params: false, variables: undefined, sort: "condition", options: {} };
  return conditions.map(({ expression }) =>
    lazily(
      expression,
      once(() => compileFor(expression, environment, RETURNS.condition)),
      origin,
    ),
  );
}

type Done = ReturnType<typeof compileFor>;

/** A policy may have thousands: each is compiled when it is first evaluated. */
function lazily(source: string, done: () => Done, origin: Origin): Expression {
  return {
    source,
    origin,
    get program() {
      const compiled = done();
      return "program" in compiled ? compiled.program : undefined;
    },
    get error() {
      const compiled = done();
      return "error" in compiled ? compiled.error : undefined;
    },
  };
}

function once(make: () => Done): () => Done {
  let made: Done | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

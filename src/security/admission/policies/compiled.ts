/** A policy's expressions, compiled once for as long as the policy stays as it is. */

import { compileFor, type ExpressionOptions, PolicyExpressions, RETURNS } from "../../../api/admissionregistration/expressions.ts";
import type { MatchCondition, Variable } from "../../../api/tables/admissionregistration-v1.ts";
import type { Program } from "../../../machinery/cel/program.ts";

export interface Expression {
  readonly source: string;
  readonly program?: Program;
  /** Why it is no expression: another version of this server may have accepted it. */
  readonly error?: string;
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
      return [
        name,
        "program" in compiled ? { source: expression, program: compiled.program } : { source: expression, error: `compilation failed: ${compiled.text}` },
      ];
    }),
  );
  const compile: CompiledPolicy["compile"] = (source, sort, options = {}) => ({
    source,
    ...compileFor(source, expressions.environment({ params, ...options }), RETURNS[sort]),
  });
  return { variables: compiledVariables, conditions: matchConditions.map(({ expression }) => compile(expression, "condition")), compile };
}

/** Of a webhook, which has neither variables nor parameters. */
export function compileConditions(conditions: readonly MatchCondition[]): readonly Expression[] {
  const environment = new PolicyExpressions(false).environment({ params: false });
  return conditions.map(({ expression }) => ({ source: expression, ...compileFor(expression, environment, RETURNS.condition) }));
}

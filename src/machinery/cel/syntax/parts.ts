/** What is asked of an expression's tree, whatever it is asked for. */

import type { Expr } from "./ast.ts";

/** The dotted name that an expression is; undefined for all others. */
export function qualified(expr: Expr): string | undefined {
  if (expr.kind === "identifier") return expr.name;
  if (expr.kind !== "select" || expr.test) return undefined;
  const prefix = qualified(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}

/** The expressions right below one. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "select":
      return expr.resolved ? [] : [expr.operand];
    case "call":
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case "list":
      return expr.items;
    case "map":
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case "object":
      return expr.fields.map(({ value }) => value);
    case "fold":
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
    default:
      return [];
  }
}

/** Looks a JSON path up in plain data. What is missing is nothing found. */

import { isObject, own } from "../plain.ts";
import type { Operand, PathStep } from "./parse.ts";
import { PathError } from "./parse.ts";

/** Values that one path may look at: deep ones and unions multiply. */
const VISITED_MAX = 100_000;

/** @returns all that is at the path, in order; @throws PathError where a path asks for what the data can't have, or for too much */
export function findAll(path: readonly PathStep[], data: unknown): unknown[] {
  const budget = { left: VISITED_MAX };
  return walk(path, [data], budget);
}

interface Budget {
  left: number;
}

function walk(path: readonly PathStep[], from: unknown[], budget: Budget): unknown[] {
  let values = from;
  for (const step of path) values = values.flatMap((value) => take(step, value, budget));
  return values;
}

function take(step: PathStep, value: unknown, budget: Budget): unknown[] {
  if (--budget.left < 0) throw new PathError("the path looks at too many values");
  switch (step.kind) {
    case "member": {
      const member = isObject(value) ? own(value, step.name) : undefined;
      return member === undefined ? [] : [member];
    }
    case "every":
      return childrenOf(value);
    case "slice":
      return sliced(step, value);
    case "union":
      return step.paths.flatMap((path) => walk(path, [value], budget));
    case "deep":
      return deep(value, budget);
    case "filter":
      return Array.isArray(value) ? value.filter((item) => passes(step, item, budget)) : [];
  }
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function deep(value: unknown, budget: Budget): unknown[] {
  if (--budget.left < 0) throw new PathError("the path looks at too many values");
  return [value, ...childrenOf(value).flatMap((one) => (typeof one === "object" && one !== null ? deep(one, budget) : [one]))];
}

function sliced({ from, to, by, one }: Extract<PathStep, { kind: "slice" }>, value: unknown): unknown[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw new PathError("is not array or slice");
  const place = (index: number): number => (index < 0 ? index + value.length : index);
  const begin = place(from ?? 0);
  const end = one ? begin + 1 : Math.min(to === undefined ? value.length : place(to), value.length);
  if (one && (begin < 0 || begin >= value.length)) throw new PathError(`array index out of bounds: index ${begin}, length ${value.length}`);
  const found: unknown[] = [];
  if (by <= 0) throw new PathError(`step must be > 0`);
  for (let i = Math.max(begin, 0); i < end; i += by) found.push(value[i]);
  return found;
}

function passes({ left, operator, right }: Extract<PathStep, { kind: "filter" }>, item: unknown, budget: Budget): boolean {
  const a = operandValue(left, item, budget);
  if (operator === "exists") return a !== undefined;
  const b = right && operandValue(right, item, budget);
  if (a === undefined || b === undefined) return false;
  if (operator === "==") return a === b;
  if (operator === "!=") return a !== b;
  if (typeof a !== typeof b || (typeof a !== "number" && typeof a !== "string")) return false;
  const [x, y] = [a, b as typeof a];
  if (operator === "<") return x < y;
  if (operator === "<=") return x <= y;
  if (operator === ">") return x > y;
  if (operator === ">=") return x >= y;
  throw new PathError(`unrecognized filter operator ${operator}`);
}

function operandValue(operand: Operand, item: unknown, budget: Budget): unknown {
  return "value" in operand ? operand.value : walk(operand.path, [item], budget)[0];
}

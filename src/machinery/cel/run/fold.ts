/** Runs a fold: over the items of a list, the keys of a map, or both parts of either. [cel-go interpreter/interpretable.go] */

import { ACCUMULATOR, type Fold } from "../syntax/ast.ts";
import { CelError, CelList, CelMap, GrowingList, GrowingMap, isError, type Value, ValueList, ValueMap } from "../values/value.ts";
import type { Step } from "./frame.ts";
import type { Plan, Planner, Scope } from "./plan.ts";

export function planFold(planner: Planner, expr: Fold, scope: Scope): Plan {
  const range = planner.plan(expr.range, scope).run;
  const init = planner.plan(expr.init, scope).run;
  const accumulator = scope.next;
  const [first, second] = [accumulator + 1, accumulator + 2];
  const outer: Scope = { slots: new Map([...scope.slots, [expr.accumulator, accumulator]]), next: accumulator + 3 };
  // A name that was given to a value may be used more than once: only what macros build up in place may grow.
  const builds = expr.accumulator === ACCUMULATOR;
  const two = expr.variable2 !== undefined;
  const inner: Scope = { slots: new Map([...outer.slots, [expr.variable, first], ...(two ? [[expr.variable2!, second] as const] : [])]), next: outer.next };
  const condition = planner.plan(expr.condition, inner).run;
  const step = planner.plan(expr.step, inner).run;
  const result = planner.plan(expr.result, outer).run;
  const run: Step = (frame) => {
    const values = range(frame);
    if (isError(values)) return values;
    const { locals } = frame;
    const start = init(frame);
    locals[accumulator] = builds ? growing(start) : start;
    const next = (key: Value, value: Value): boolean => {
      locals[first] = key;
      locals[second] = value;
      if (condition(frame) === false) return false;
      locals[accumulator] = step(frame);
      return true;
    };
    const failed = two ? eachPair(values, next) : each(values, next);
    return failed ?? settled(result(frame));
  };
  return { run };
}

/** An empty list or map that only this fold sees, and may change. */
function growing(start: Value): Value {
  if (start instanceof CelList && start.size === 0) return new GrowingList([]);
  return start instanceof CelMap && start.size === 0 ? new GrowingMap() : start;
}

/** What was built can be seen from now on: it no longer changes. */
function settled(value: Value): Value {
  if (value instanceof GrowingList) return new ValueList(value.items);
  return value instanceof GrowingMap ? new ValueMap(Array.from(value.keys(), (key) => [key, value.find(key) ?? null])) : value;
}

function each(range: Value, next: (value: Value, none: Value) => boolean): CelError | undefined {
  if (!(range instanceof CelList) && !(range instanceof CelMap)) return new CelError("no such overload");
  for (const value of range instanceof CelMap ? range.keys() : range) if (!next(value, null)) break;
  return undefined;
}

function eachPair(range: Value, next: (key: Value, value: Value) => boolean): CelError | undefined {
  if (range instanceof CelMap) {
    for (const key of range.keys()) if (!next(key, range.find(key) ?? null)) break;
    return undefined;
  }
  if (!(range instanceof CelList)) return new CelError("no such overload");
  for (let i = 0; i < range.size; i++) if (!next(BigInt(i), range.get(i))) break;
  return undefined;
}

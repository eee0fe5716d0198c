/** What doesn't evaluate all of its arguments, or makes up for errors in them. */

import { contains, equal } from "../values/compare.ts";
import { CelList, isError, noSuchOverload, Optional, Uint, type Value } from "../values/value.ts";
import type { Frame, Step } from "./frame.ts";

/** `a && b`: false where either is, whatever the other. */
export function and(a: Step, b: Step): Step {
  return logic(a, b, false);
}

/** `a || b`: true where either is, whatever the other. */
export function or(a: Step, b: Step): Step {
  return logic(a, b, true);
}

function logic(a: Step, b: Step, decisive: boolean): Step {
  return (frame) => {
    const left = a(frame);
    if (left === decisive) return decisive;
    const right = b(frame);
    if (right === decisive) return decisive;
    if (typeof left !== "boolean") return isError(left) ? left : noSuchOverload();
    if (typeof right !== "boolean") return isError(right) ? right : noSuchOverload();
    return !decisive;
  };
}

export function choose(condition: Step, yes: Step, no: Step): Step {
  return (frame) => {
    const value = condition(frame);
    if (value === true) return yes(frame);
    if (value === false) return no(frame);
    return isError(value) ? value : noSuchOverload();
  };
}

export function notEqual(a: Step, b: Step): (frame: Frame) => { args: readonly Value[]; result: Value } {
  return (frame) => {
    const args = [a(frame), b(frame)] as const;
    const same = equal(args[0], args[1]);
    return { args, result: typeof same === "boolean" ? !same : same };
  };
}

/** Whether a fold goes on: an error may yet be made up for. */
export function notStrictlyFalse(value: Step): Step {
  return (frame) => {
    const result = value(frame);
    frame.charge(1);
    return result !== false;
  };
}

export function orOptional(a: Step, b: Step): Step {
  return (frame) => {
    const value = a(frame);
    if (isError(value)) return value;
    if (!(value instanceof Optional)) return noSuchOverload();
    return value.value === undefined ? b(frame) : value;
  };
}

export function orValue(a: Step, b: Step): Step {
  return (frame) => {
    const value = a(frame);
    if (isError(value)) return value;
    if (!(value instanceof Optional)) return noSuchOverload();
    return value.value === undefined ? b(frame) : value.value;
  };
}

/** `x in [1, 2]`: a look into a set, which costs nothing. @returns undefined where an item isn't a plain value */
export function constantMembership(item: Step, list: Value): { readonly run: Step; readonly constant?: Value } | undefined {
  if (!(list instanceof CelList)) return undefined;
  if (list.size === 0) return { run: item, constant: false };
  const values = Array.from(list);
  if (
    !values.every(
      (value) => typeof value === "bigint" || typeof value === "number" || typeof value === "string" || typeof value === "boolean" || value instanceof Uint,
    )
  ) {
    return undefined;
  }
  const texts = values.every((value) => typeof value === "string") ? new Set<Value>(values) : undefined;
  return {
    run: (frame) => {
      const value = item(frame);
      if (isError(value)) return value;
      if (texts) return texts.has(value);
      return contains(list, value);
    },
  };
}

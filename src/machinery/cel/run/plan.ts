/**
 * Turns a checked expression into functions. Costs are charged as cel-go's interpreter does, where a chain such as `a.b[c].d` is one thing that
 * is looked up: 1, and 1 for each of its links. [cel-go interpreter/planner.go, decorators.go, runtimecost.go]
 */

import { callCost, LIST_COST, MAP_COST, nothingMore, OBJECT_COST } from "../cost/actual.ts";
import { accepts } from "../functions/accepts.ts";
import type { Overload } from "../functions/overload.ts";
import type { Call, Expr, Identifier, ListLiteral, MapLiteral, ObjectLiteral, Select } from "../syntax/ast.ts";
import { CelError, CelList, CelMap, isError, keyText, noSuchOverload, Optional, sizeOf, type Value, ValueList, ValueMap } from "../values/value.ts";
import { planFold } from "./fold.ts";
import { Frame, type Step } from "./frame.ts";
import { indexed, indexedOptional, selected } from "./look-up.ts";
import { and, choose, constantMembership, notEqual, notStrictlyFalse, or, orOptional, orValue } from "./special.ts";

export interface Plan {
  readonly run: Step;
  /** Of a chain that is looked up: without the 1 that it costs at its end, so that links can be added. */
  readonly bare?: Step;
  /** What the end of the chain costs: nothing after `(a ? b : c).d`. */
  readonly end?: number;
  /** It is the same each time, and was found beforehand. */
  readonly constant?: Value;
}

/** Where variables of folds are, as the plan goes down the tree. */
export interface Scope {
  readonly slots: ReadonlyMap<string, number>;
  readonly next: number;
}

const CONVERSIONS: ReadonlySet<string> = new Set(["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"]);

/** A constant that can't be converted: the expression would fail each time. */
export class ConstantError extends Error {
  override name = "ConstantError";
}

export class Planner {
  /** Macros use what they are called on twice; it is planned once. */
  readonly #known = new Map<Expr, { readonly scope: Scope; readonly plan: Plan }>();

  plan(expr: Expr, scope: Scope = { slots: new Map(), next: 0 }): Plan {
    const known = this.#known.get(expr);
    if (known?.scope === scope) return known.plan;
    const plan = this.#planNew(expr, scope);
    this.#known.set(expr, { scope, plan });
    return plan;
  }

  #planNew(expr: Expr, scope: Scope): Plan {
    switch (expr.kind) {
      case "constant":
        return constant(expr.value);
      case "identifier":
        return identifier(expr, scope);
      case "select":
        return expr.resolved ? identifier(expr.resolved, scope) : this.#select(expr, scope);
      case "call":
        return this.#call(expr, scope);
      case "list":
        return this.#list(expr, scope);
      case "map":
        return this.#map(expr, scope);
      case "object":
        return this.#object(expr, scope);
      case "fold":
        return planFold(this, expr, scope);
    }
  }

  #select(expr: Select, scope: Scope): Plan {
    const operand = this.plan(expr.operand, scope);
    const look = operand.bare ?? operand.run;
    const { field, test } = expr;
    const bare: Step = (frame) => {
      const value = look(frame);
      if (isError(value)) return value;
      frame.charge(1);
      return selected(value, field, test);
    };
    return test ? { run: bare, bare, end: 0 } : chain(bare, operand);
  }

  #call(expr: Call, scope: Scope): Plan {
    const operands = (expr.target ? [expr.target, ...expr.args] : expr.args).map((one) => this.plan(one, scope));
    const [a, b, c] = operands as [Plan, Plan, Plan];
    switch (expr.name) {
      case "_&&_":
        return { run: and(a.run, b.run) };
      case "_||_":
        return { run: or(a.run, b.run) };
      case "_?_:_":
        return { ...withBare(choose(a.run, b.bare ?? b.run, c.bare ?? c.run)), end: 0 };
      case "_[_]":
        return this.#index(a, b, indexed);
      case "_[?_]":
      case "_?._":
        return this.#index(a, b, indexedOptional);
      case "_!=_":
        return { run: charged(notEqual(a.run, b.run), "_!=_", "not_equals") };
      case "@not_strictly_false":
        return { run: notStrictlyFalse(a.run) };
      case "or":
        return { run: orOptional(a.run, b.run) };
      case "orValue":
        return { run: orValue(a.run, b.run) };
    }
    return functionCall(expr, operands);
  }

  #index(container: Plan, key: Plan, look: (container: Value, key: Value) => { readonly value: Value; readonly found: boolean }): Plan {
    const [containerStep, keyStep] = [container.bare ?? container.run, key.bare ?? key.run];
    const keyCost = key.constant === undefined ? (key.bare ? (key.end ?? 1) : 1) : 1;
    const bare: Step = (frame) => {
      const value = containerStep(frame);
      if (isError(value)) return value;
      const at = keyStep(frame);
      if (isError(at)) return at;
      const result = look(value, at);
      if (result.found) frame.charge(keyCost);
      return result.value;
    };
    return chain(bare, container);
  }

  #list(expr: ListLiteral, scope: Scope): Plan {
    const items = expr.items.map((item) => this.plan(item, scope));
    if (expr.optional.size === 0 && items.every((item) => item.constant !== undefined)) return constant(new ValueList(items.map((item) => item.constant!)));
    const steps = items.map(({ run }) => run);
    return {
      run: (frame) => {
        const values: Value[] = [];
        for (const [i, step] of steps.entries()) {
          const value = step(frame);
          if (isError(value)) return value;
          if (!expr.optional.has(i)) values.push(value);
          else if (!(value instanceof Optional)) return new CelError("cannot initialize optional list element from non-optional value");
          else if (value.value !== undefined) values.push(value.value);
        }
        frame.charge(LIST_COST);
        return new ValueList(values);
      },
    };
  }

  #map(expr: MapLiteral, scope: Scope): Plan {
    const entries = expr.entries.map(({ key, value, optional }) => ({ key: this.plan(key, scope), value: this.plan(value, scope), optional }));
    const isConstant = entries.every(({ key, value, optional }) => !optional && key.constant !== undefined && value.constant !== undefined);
    const build = (frame: Frame): Value => {
      const map = new ValueMap();
      for (const { key, value, optional } of entries) {
        const keyValue = key.run(frame);
        if (isError(keyValue)) return keyValue;
        const item = value.run(frame);
        if (isError(item)) return item;
        if (keyText(keyValue) === undefined) return new CelError("unsupported key type");
        if (optional && !(item instanceof Optional)) return new CelError("cannot initialize optional entry from non-optional value");
        if (!optional) map.set(keyValue, item);
        else if (item instanceof Optional && item.value !== undefined) map.set(keyValue, item.value);
      }
      return map;
    };
    if (isConstant) return constant(build(new Frame(() => undefined, 0)));
    return {
      run: (frame) => {
        const map = build(frame);
        frame.charge(MAP_COST);
        return map;
      },
    };
  }

  #object(expr: ObjectLiteral, scope: Scope): Plan {
    const fields = expr.fields.map(({ name, value, optional }) => ({ name, step: this.plan(value, scope).run, optional }));
    const typeName = expr.name.replace(/^\./, "");
    return {
      run: (frame) => {
        const object = new ValueMap([], typeName);
        for (const { name, step, optional } of fields) {
          const value = step(frame);
          if (isError(value)) return value;
          if (!optional) object.set(name, value);
          else if (!(value instanceof Optional)) return new CelError("cannot initialize optional entry from non-optional value");
          else if (value.value !== undefined) object.set(name, value.value);
        }
        frame.charge(OBJECT_COST);
        return object;
      },
    };
  }
}

const constant = (value: Value): Plan => ({ run: () => value, constant: value });
const withBare = (bare: Step): Plan => ({ run: bare, bare });

/** A chain with one more link. */
function chain(bare: Step, operand: Plan): Plan {
  const end = operand.end ?? 1;
  return { bare, end, run: end === 0 ? bare : ended(bare) };
}

function ended(bare: Step): Step {
  return (frame) => {
    const value = bare(frame);
    frame.charge(1);
    return value;
  };
}

function identifier({ name, constant: value }: Identifier, { slots }: Scope): Plan {
  if (value !== undefined) return constant(value);
  const slot = slots.get(name);
  const plainName = name.replace(/^\./, "");
  const bare: Step = slot === undefined ? (frame) => frame.variable(plainName) : (frame) => frame.locals[slot]!;
  return { bare, end: 1, run: ended(bare) };
}

/** Charges for a call that the plan makes itself. */
function charged(step: (frame: Frame) => { readonly args: readonly Value[]; readonly result: Value }, name: string, id: string): Step {
  const cost = callCost(name, id);
  return (frame) => {
    const { args, result } = step(frame);
    frame.charge(cost(args, result, id));
    if (args.some(isContainer)) frame.patience?.lookAtOnce();
    return result;
  };
}

function functionCall(expr: Call, operands: readonly Plan[]): Plan {
  const overloads = expr.overloads ?? [];
  const [only] = overloads;
  const id = overloads.length === 1 ? only!.id : "";
  if (id === "in_list" && operands[1]!.constant !== undefined) {
    const membership = constantMembership(operands[0]!.run, operands[1]!.constant);
    if (membership) return membership.constant === undefined ? { run: membership.run } : constant(membership.constant);
  }
  if (CONVERSIONS.has(expr.name) && operands.length === 1 && operands[0]!.constant !== undefined) {
    const value = dispatch(overloads, [operands[0]!.constant]);
    if (isError(value)) throw new ConstantError(value.message);
    return constant(value);
  }
  const steps = operands.map(({ run }) => run);
  const cost = callCost(expr.name, id);
  return {
    run: (frame) => {
      const args: Value[] = [];
      let failed: CelError | undefined;
      for (const step of steps) {
        const value = step(frame);
        if (isError(value)) failed ??= value;
        args.push(value);
      }
      const { patience } = frame;
      if (patience && cost !== nothingMore && args.some(isLarge)) patience.giveUp();
      const result = failed ?? dispatch(overloads, args);
      frame.charge(failed ? 1 : cost(args, result, id));
      if (patience && args.some(isContainer)) patience.lookAtOnce();
      return result;
    },
  };
}

/** Characters, items or entries that a single call may take a while to go through. */
const LARGE = 10_000;

function isLarge(value: Value): boolean {
  if (typeof value === "string") return value.length > LARGE;
  return typeof value === "bigint" ? value > LARGE : (sizeOf(value) ?? 0) > LARGE;
}

function isContainer(value: Value): boolean {
  return value instanceof CelList || value instanceof CelMap;
}

/** Calls the first overload whose types the values have. */
function dispatch(overloads: readonly Overload[], args: readonly Value[]): Value {
  for (const overload of overloads) {
    if (overload.args.every((type, i) => accepts(type, args[i]!))) return overload.call(...args);
  }
  return noSuchOverload();
}

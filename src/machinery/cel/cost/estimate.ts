/**
 * What an expression may cost, before it ever runs: from the shape of the expression and the greatest sizes that declarations allow.
 * A change here changes which CustomResourceDefinitions are accepted. [cel-go checker/cost.go]
 */

import type { Call, Expr, Fold } from "../syntax/ast.ts";
import { ACCUMULATOR } from "../syntax/ast.ts";
import { parametersOf, type Type } from "../types/type.ts";
import { CelError, sizeOf } from "../values/value.ts";
import { LIST_COST, MAP_COST, OBJECT_COST } from "./actual.ts";
import { callEstimate } from "./estimate-call.ts";
import { FREE, ONE, plus, type Range, range, times, UNBOUNDED, UNKNOWN, union } from "./range.ts";

/** Where a value comes from: a variable, then fields, `@items`, `@keys`, `@values`. Empty for what the expression made itself. */
export type Path = readonly string[];

/** @returns how large the value at a path may be; undefined where nothing is known of it */
export type SizeOfPath = (path: Path) => Range | undefined;

/** Sizes of what a list or a map holds. */
export interface EntrySize {
  readonly list: boolean;
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: Path;
  readonly size: Range | undefined;
  readonly entries: EntrySize | undefined;
}

/** @returns the greatest cost of a checked expression */
export function estimateCost(expr: Expr, sizeOfPath: SizeOfPath): Range {
  return new Estimator(sizeOfPath).cost(expr);
}

/** What is known of the arguments of a call whose cost is estimated. */
export class Estimator {
  readonly #sizeOfPath: SizeOfPath;
  readonly #paths = new Map<Expr, Path>();
  readonly #sizes = new Map<Expr, Range>();
  readonly #entries = new Map<Expr, EntrySize>();
  readonly #costs = new Map<Expr, Range>();
  readonly #locals = new Map<string, Local[]>();

  constructor(sizeOfPath: SizeOfPath) {
    this.#sizeOfPath = sizeOfPath;
  }

  /** A part that macros use twice costs the same twice; it is looked at once. */
  cost(expr: Expr): Range {
    let cost = this.#costs.get(expr);
    if (!cost) {
      cost = this.#costNew(expr);
      this.#costs.set(expr, cost);
    }
    return cost;
  }

  #costNew(expr: Expr): Range {
    switch (expr.kind) {
      case "constant":
        return FREE;
      case "identifier":
        return this.#identifier(expr, expr.name);
      case "select": {
        if (expr.resolved) return this.#identifier(expr, expr.resolved.name);
        const operand = this.cost(expr.operand);
        if (expr.test) return operand;
        this.#paths.set(expr, [...this.#path(expr.operand), expr.field]);
        const type = expr.operand.type?.kind;
        return type === "map" || type === "object" || type === "param" ? plus(operand, ONE) : operand;
      }
      case "call":
        return this.#call(expr);
      case "list": {
        const costs = expr.items.map((item) => this.cost(item));
        const value = expr.items.map((item) => this.sizeOrUnknown(item)).reduce(union, range(expr.items.length === 0 ? 0 : UNBOUNDED, 0));
        this.#entries.set(expr, { list: true, key: ONE, value });
        return plus(...costs, range(LIST_COST));
      }
      case "map": {
        const costs = expr.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]);
        const none = range(expr.entries.length === 0 ? 0 : UNBOUNDED, 0);
        const key = expr.entries.map((entry) => this.sizeOrUnknown(entry.key)).reduce(union, none);
        const value = expr.entries.map((entry) => this.sizeOrUnknown(entry.value)).reduce(union, none);
        this.#entries.set(expr, { list: false, key, value });
        return plus(...costs, range(MAP_COST));
      }
      case "object":
        return plus(...expr.fields.map(({ value }) => this.cost(value)), range(OBJECT_COST));
      case "fold":
        return expr.accumulator === ACCUMULATOR ? this.#fold(expr) : this.#bind(expr);
    }
  }

  #identifier(expr: Expr, name: string): Range {
    this.#paths.set(expr, this.#local(name)?.path ?? [name]);
    return ONE;
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #within(name: string, local: Local, inside: () => void): void {
    const stack = this.#locals.get(name) ?? [];
    this.#locals.set(name, stack);
    stack.push(local);
    inside();
    stack.pop();
  }

  #call(expr: Call): Range {
    if (expr.name === "dyn") {
      const [argument] = expr.args;
      const cost = plus(ONE, this.cost(argument!));
      this.#copySizes(expr, argument!);
      return cost;
    }
    const argCosts = expr.args.map((argument) => this.cost(argument));
    const target = expr.target && this.cost(expr.target);
    let cost = range(UNBOUNDED, 0);
    let size: Range | undefined;
    for (const overload of expr.overloads ?? []) {
      const estimate = callEstimate(this, expr, overload.id, argCosts);
      cost = union(cost, estimate.cost);
      if (estimate.size) size = size ? union(size, estimate.size) : estimate.size;
      if (overload.id === "index_list" || overload.id === "index_map") {
        size = this.entriesOf(expr.args[0]!)?.value;
        this.#paths.set(expr, [...this.#path(expr.args[0]!), overload.id === "index_list" ? "@items" : "@values"]);
      }
      size ??= this.size(expr);
    }
    if (size) this.#sizes.set(expr, size);
    return plus(target ?? FREE, (expr.overloads ?? []).length === 0 ? FREE : cost);
  }

  setEntries(expr: Expr, entries: EntrySize | undefined): void {
    if (entries) this.#entries.set(expr, entries);
  }

  #copySizes(to: Expr, from: Expr): void {
    const size = this.size(from);
    if (size) this.#sizes.set(to, size);
    this.setEntries(to, this.entriesOf(from));
  }

  #bind(expr: Fold): Range {
    const cost = plus(this.cost(expr.range), this.cost(expr.init));
    let result = FREE;
    this.#within(expr.accumulator, this.#valueOf(expr.init), () => {
      result = this.cost(expr.result);
      this.#copySizes(expr, expr.result);
    });
    return plus(cost, result);
  }

  #valueOf(expr: Expr): Local {
    return { path: this.#path(expr), size: this.size(expr), entries: this.entriesOf(expr) };
  }

  #fold(expr: Fold): Range {
    const before = plus(this.cost(expr.range), this.cost(expr.init));
    let [each, result] = [FREE, FREE];
    this.#within(expr.accumulator, this.#valueOf(expr.init), () => {
      const { first, second } = this.#iterated(expr);
      this.#within(expr.variable, first, () => {
        const inside = (): void => {
          each = plus(this.cost(expr.condition), this.cost(expr.step));
        };
        if (expr.variable2 === undefined) inside();
        else this.#within(expr.variable2, second, inside);
      });
      result = this.cost(expr.result);
    });
    const count = this.sizeOrUnknown(expr.range);
    if (expr.init.kind === "constant") {
      const size = this.size(expr.init);
      if (size) this.#sizes.set(expr, size);
    } else {
      this.#sizes.set(expr, count);
      this.setEntries(expr, this.entriesOf(expr.step));
    }
    return plus(before, result, times(count, each));
  }

  /** What is known of the variables of a fold. */
  #iterated(expr: Fold): { first: Local; second: Local } {
    const entries = this.entriesOf(expr.range);
    const list = entries ? entries.list : expr.range.type?.kind === "list";
    const path = this.#path(expr.range);
    const key: Local = { path: [...path, list ? "@indices" : "@keys"], size: entries?.key, entries: undefined };
    const value: Local = { path: [...path, list ? "@items" : "@values"], size: entries?.value, entries: undefined };
    return { first: expr.variable2 === undefined && list ? value : key, second: value };
  }

  #path(expr: Expr): Path {
    if (expr.kind === "identifier") return this.#local(expr.name)?.path ?? this.#paths.get(expr) ?? [];
    return this.#paths.get(expr) ?? [];
  }

  /** Undefined where nothing says how large the value is. */
  size(expr: Expr): Range | undefined {
    return this.#sizes.get(expr) ?? literalSize(expr) ?? this.#declaredSize(expr) ?? this.#typeSize(expr);
  }

  #declaredSize(expr: Expr): Range | undefined {
    const path = this.#path(expr);
    const size = path.length > 0 ? this.#sizeOfPath(path) : undefined;
    if (size) this.#sizes.set(expr, size);
    return size;
  }

  #typeSize(expr: Expr): Range | undefined {
    if (expr.type && isFixed(expr.type)) return ONE;
    return expr.kind === "identifier" ? this.#local(expr.name)?.size : undefined;
  }

  sizeOrUnknown(expr: Expr): Range {
    return this.size(expr) ?? UNKNOWN;
  }

  entriesOf(expr: Expr): EntrySize | undefined {
    return this.#entries.get(expr) ?? (expr.kind === "identifier" ? this.#local(expr.name)?.entries : undefined);
  }

  /** The type of a list's items, and how large each may be. Undefined for what isn't a list or a map. */
  itemsOf(expr: Expr): { readonly type: Type; readonly size: Range } | undefined {
    const type = expr.type && parametersOf(expr.type)[0];
    if (!type) return undefined;
    const path = this.#path(expr);
    const known = path.length === 0 || path[0] === ACCUMULATOR ? undefined : this.#sizeOfPath([...path, "@items"]);
    return { type, size: known ?? UNKNOWN };
  }
}

function isFixed(type: Type): boolean {
  if (type.kind === "opaque" && type.name === "optional_type") return isFixed(type.params[0]!);
  return ["bool", "double", "duration", "int", "timestamp", "uint"].includes(type.kind);
}

function literalSize(expr: Expr): Range | undefined {
  if (expr.kind === "list") return range(expr.items.length);
  if (expr.kind === "map") return range(expr.entries.length);
  return expr.kind === "constant" && !(expr.value instanceof CelError) ? range(sizeOf(expr.value) ?? 1) : undefined;
}

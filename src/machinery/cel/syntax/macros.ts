/** Macros: calls that are written out before anything is checked. [cel-go parser/macro.go, ext/comprehensions.go, ext/lists.go, cel/library.go] */

import type { Value } from "../values/value.ts";
import { ACCUMULATOR, type Call, type Expr, type Fold } from "./ast.ts";

/** The arguments aren't what the macro takes. */
export class MacroError extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

type Expansion = (at: number, target: Expr, args: readonly Expr[]) => Expr;

/** `name/arguments` of the macros with a receiver. */
const MACROS: ReadonlyMap<string, Expansion> = new Map<string, Expansion>([
  ["all/2", (at, target, args) => all(at, target, oneVariable(args[0]!, "argument must be a simple name"), args[1]!)],
  ["all/3", (at, target, args) => all(at, target, twoVariables(args), args[2]!)],
  ["exists/2", (at, target, args) => exists(at, target, oneVariable(args[0]!, "argument must be a simple name"), args[1]!)],
  ["exists/3", (at, target, args) => exists(at, target, twoVariables(args), args[2]!)],
  ["exists_one/2", (at, target, args) => existsOne(at, target, oneVariable(args[0]!, "argument must be a simple name"), args[1]!)],
  ["exists_one/3", (at, target, args) => existsOne(at, target, twoVariables(args), args[2]!)],
  ["existsOne/3", (at, target, args) => existsOne(at, target, twoVariables(args), args[2]!)],
  ["map/2", (at, target, args) => transform(at, target, oneVariable(args[0]!, "argument is not an identifier"), undefined, args[1]!)],
  ["map/3", (at, target, args) => transform(at, target, oneVariable(args[0]!, "argument is not an identifier"), args[1]!, args[2]!)],
  ["filter/2", (at, target, args) => transform(at, target, oneVariable(args[0]!, "argument is not an identifier"), args[1]!, args[0]!)],
  ["transformList/3", (at, target, args) => transform(at, target, twoVariables(args), undefined, args[2]!)],
  ["transformList/4", (at, target, args) => transform(at, target, twoVariables(args), args[2]!, args[3]!)],
  ["transformMap/3", (at, target, args) => transformMap(at, target, twoVariables(args), undefined, args[2]!)],
  ["transformMap/4", (at, target, args) => transformMap(at, target, twoVariables(args), args[2]!, args[3]!)],
  ["transformMapEntry/3", (at, target, args) => transformEntries(at, target, twoVariables(args), undefined, args[2]!)],
  ["transformMapEntry/4", (at, target, args) => transformEntries(at, target, twoVariables(args), args[2]!, args[3]!)],
  ["sortBy/2", sortBy],
  ["optMap/2", (at, target, args) => whenPresent(at, target, simpleName(args[0]!, "optMap"), (bound) => call(at, "optional.of", bound), args[1]!)],
  ["optFlatMap/2", (at, target, args) => whenPresent(at, target, simpleName(args[0]!, "optFlatMap"), (bound) => bound, args[1]!)],
]);

/** @param binds whether there is `cel.bind` @returns what a call is written out as; undefined where it is no macro. Throws MacroError. */
export function expandMacro(at: number, name: string, target: Expr | undefined, args: readonly Expr[], binds = false): Expr | undefined {
  if (binds && name === "bind" && args.length === 3 && target?.kind === "identifier" && target.name === "cel") {
    const [variable, value, inside] = args;
    if (variable!.kind !== "identifier") throw new MacroError(variable!.at, "cel.bind() variable names must be simple identifiers");
    return bind(at, variable!.name, value!, inside!);
  }
  if (target) return MACROS.get(`${name}/${args.length}`)?.(at, target, args);
  if (name !== "has" || args.length !== 1) return undefined;
  const [argument] = args;
  if (argument?.kind !== "select" || argument.test) throw new MacroError(argument!.at, "invalid argument to has() macro");
  return { ...argument, at, test: true };
}

type Variables = readonly [string, string | undefined];

function oneVariable(expr: Expr, complaint: string): Variables {
  if (expr.kind !== "identifier") throw new MacroError(expr.at, complaint);
  return [notAccumulator(expr.name, expr.at), undefined];
}

function twoVariables([first, second]: readonly Expr[]): Variables {
  const [a] = oneVariable(first!, "argument must be a simple name");
  const [b] = oneVariable(second!, "argument must be a simple name");
  if (a === b) throw new MacroError(second!.at, `duplicate variable name: ${a}`);
  return [a, b];
}

function notAccumulator(name: string, at: number): string {
  if (name === ACCUMULATOR || name === "__result__") throw new MacroError(at, "iteration variable overwrites accumulator variable");
  return name;
}

function simpleName(expr: Expr, macro: string): string {
  if (expr.kind !== "identifier") throw new MacroError(expr.at, `${macro}() variable name must be a simple identifier`);
  return expr.name;
}

const call = (at: number, name: string, ...args: readonly Expr[]): Call => ({ kind: "call", at, name, target: undefined, args });
const member = (at: number, target: Expr, name: string, ...args: readonly Expr[]): Call => ({ kind: "call", at, name, target, args });
const constant = (at: number, value: Value): Expr => ({ kind: "constant", at, value });
const identifier = (at: number, name: string): Expr => ({ kind: "identifier", at, name });
const accumulated = (at: number): Expr => identifier(at, ACCUMULATOR);
const list = (at: number, ...items: readonly Expr[]): Expr => ({ kind: "list", at, items, optional: new Set() });

function fold(at: number, range: Expr, [variable, variable2]: Variables, parts: Pick<Fold, "init" | "condition" | "step"> & { result?: Expr }): Expr {
  return { kind: "fold", at, range, variable, variable2, accumulator: ACCUMULATOR, result: accumulated(at), ...parts };
}

function all(at: number, range: Expr, variables: Variables, test: Expr): Expr {
  return fold(at, range, variables, {
    init: constant(at, true),
    condition: call(at, "@not_strictly_false", accumulated(at)),
    step: call(at, "_&&_", accumulated(at), test),
  });
}

function exists(at: number, range: Expr, variables: Variables, test: Expr): Expr {
  return fold(at, range, variables, {
    init: constant(at, false),
    condition: call(at, "@not_strictly_false", call(at, "!_", accumulated(at))),
    step: call(at, "_||_", accumulated(at), test),
  });
}

function existsOne(at: number, range: Expr, variables: Variables, test: Expr): Expr {
  return fold(at, range, variables, {
    init: constant(at, 0n),
    condition: constant(at, true),
    step: call(at, "_?_:_", test, call(at, "_+_", accumulated(at), constant(at, 1n)), accumulated(at)),
    result: call(at, "_==_", accumulated(at), constant(at, 1n)),
  });
}

/** Adds what `step` makes to the accumulator, where the filter lets it. */
function collect(at: number, range: Expr, variables: Variables, init: Expr, filter: Expr | undefined, step: Expr): Expr {
  return fold(at, range, variables, {
    init,
    condition: constant(at, true),
    step: filter ? call(at, "_?_:_", filter, step, accumulated(at)) : step,
  });
}

function transform(at: number, range: Expr, variables: Variables, filter: Expr | undefined, item: Expr): Expr {
  return collect(at, range, variables, list(at), filter, call(at, "_+_", accumulated(at), list(at, item)));
}

function transformMap(at: number, range: Expr, variables: Variables, filter: Expr | undefined, value: Expr): Expr {
  const step = call(at, "cel.@mapInsert", accumulated(at), identifier(at, variables[0]), value);
  return collect(at, range, variables, { kind: "map", at, entries: [] }, filter, step);
}

function transformEntries(at: number, range: Expr, variables: Variables, filter: Expr | undefined, entry: Expr): Expr {
  return collect(at, range, variables, { kind: "map", at, entries: [] }, filter, call(at, "cel.@mapInsert", accumulated(at), entry));
}

/** A name for a value: a fold over nothing, whose accumulator is the value. */
function bind(at: number, name: string, value: Expr, inside: Expr): Expr {
  return {
    kind: "fold",
    at,
    range: list(at),
    variable: "#unused",
    variable2: undefined,
    accumulator: name,
    init: value,
    condition: constant(at, false),
    step: identifier(at, name),
    result: inside,
  };
}

const SORT_INPUT = "@__sortBy_input__";

function sortBy(at: number, target: Expr, args: readonly Expr[]): Expr {
  if (target.kind === "constant" || target.kind === "map" || target.kind === "object") {
    throw new MacroError(target.at, "sortBy can only be applied to a list, identifier, comprehension, call or select expression");
  }
  const keys = transform(at, identifier(at, SORT_INPUT), oneVariable(args[0]!, "argument is not an identifier"), undefined, args[1]!);
  return bind(at, SORT_INPUT, target, member(at, identifier(at, SORT_INPUT), "@sortByAssociatedKeys", keys));
}

function whenPresent(at: number, target: Expr, name: string, wrap: (bound: Expr) => Expr, inside: Expr): Expr {
  const bound = bind(at, name, member(at, target, "value"), inside);
  return call(at, "_?_:_", member(at, target, "hasValue"), wrap(bound), call(at, "optional.none"));
}

/** Finds the type of every part of an expression, and the overloads that its calls may mean. [cel-go checker/checker.go] */

import type { Overload } from "../functions/overload.ts";
import type { Call, Expr, Fold, ListLiteral, MapLiteral, ObjectLiteral, Select } from "../syntax/ast.ts";
import type { Issue } from "../syntax/issue.ts";
import { children, qualified } from "../syntax/parts.ts";
import { TypeValue, type Value } from "../values/value.ts";
import type { Environment } from "./environment.ts";
import { Inference } from "./inference.ts";
import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  formatType,
  INT,
  insideOptional,
  isDynamic,
  isDynamicOrError,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  sameType,
  type Type,
  typeName,
  typeOf,
  UINT,
} from "./type.ts";
import { type Bindings, substitute } from "./unify.ts";

/** Writes types and overloads onto the tree. @returns what is wrong; nothing where all fits */
export function check(expr: Expr, environment: Environment): Issue[] {
  const checker = new Checker(environment);
  checker.check(expr);
  checker.settle(expr);
  return checker.issues.toSorted((a, b) => a.at - b.at);
}

class Checker {
  readonly #found = new Inference();
  readonly #environment: Environment;
  /** Variables of the folds around the expression in hand, innermost last. */
  readonly #scopes: Map<string, Type>[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get issues(): readonly Issue[] {
    return this.#found.issues;
  }

  /** A macro may use what it is called on twice: the same part is checked once, or a chain of macros would take twice as long with each. */
  check(expr: Expr): Type {
    if (expr.type) return expr.type;
    const type = this.#typeOf(expr);
    expr.type = type;
    return type;
  }

  /** Replaces type parameters in all types that were found by what they turned out to be. */
  settle(expr: Expr, seen: Set<Expr> = new Set()): void {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.type) expr.type = this.#found.known(expr.type, true);
    for (const child of children(expr)) this.settle(child, seen);
  }

  #typeOf(expr: Expr): Type {
    switch (expr.kind) {
      case "constant":
        return constantType(expr.value);
      case "identifier": {
        const found = this.#resolve(expr.name);
        if (!found) return this.#found.undeclared(expr.at, expr.name);
        expr.constant = found.constant;
        return found.type;
      }
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "object":
        return this.#object(expr);
      case "fold":
        return this.#fold(expr);
    }
  }

  #resolve(name: string): { type: Type; constant?: Value } | undefined {
    for (const scope of this.#scopes.toReversed()) {
      const type = scope.get(name);
      if (type) return { type };
    }
    const plainName = name.replace(/^\./, "");
    const type = this.#environment.variables.get(plainName);
    if (type) return { type };
    const named = this.#environment.typeNamed(plainName);
    return named && { type: typeOf(named), constant: new TypeValue(typeName(named)) };
  }

  #select(expr: Select): Type {
    const name = expr.test ? undefined : qualified(expr);
    const found = name === undefined ? undefined : this.#resolve(name);
    if (found && name !== undefined) {
      expr.resolved = { kind: "identifier", at: expr.at, name, constant: found.constant, type: found.type };
      return found.type;
    }
    const type = this.#field(expr.at, expr.operand, expr.field, false);
    return expr.test ? BOOL : this.#found.known(type);
  }

  #field(at: number, operand: Expr, field: string, optional: boolean): Type {
    const operandType = this.#found.known(this.check(operand));
    const inside = insideOptional(operandType);
    const target = inside ?? operandType;
    const result = this.#fieldType(at, target, field);
    return inside || optional ? optionalOf(result) : result;
  }

  #fieldType(at: number, target: Type, field: string): Type {
    if (target.kind === "map") return target.value;
    if (target.kind === "object") {
      return this.#environment.fieldOf(target.name, field) ?? this.#found.complain(at, `undefined field '${field}'`);
    }
    if (target.kind === "param") this.#found.assignable(DYN, target);
    else if (!isDynamicOrError(target)) this.#found.complain(at, `type '${formatType(target)}' does not support field selection`);
    return DYN;
  }

  #call(expr: Call): Type {
    const { functions } = this.#environment;
    if (expr.name === "_?._") return this.#optionalSelect(expr);
    for (const argument of expr.args) this.check(argument);
    const target = expr.target;
    if (!target) {
      const name = expr.name.replace(/^\./, "");
      const overloads = functions.get(name);
      if (!overloads) return this.#found.undeclared(expr.at, expr.name);
      expr.name = name;
      return this.#overload(expr, overloads);
    }
    const prefix = qualified(target);
    const namespaced = prefix === undefined ? undefined : functions.get(`${prefix.replace(/^\./, "")}.${expr.name}`);
    if (namespaced) {
      expr.name = `${prefix}.${expr.name}`.replace(/^\./, "");
      expr.target = undefined;
      return this.#overload(expr, namespaced);
    }
    this.check(target);
    const overloads = functions.get(expr.name);
    return overloads ? this.#overload(expr, overloads) : this.#found.undeclared(expr.at, expr.name);
  }

  #optionalSelect(expr: Call): Type {
    const [operand, field] = expr.args;
    const name = field?.kind === "constant" && typeof field.value === "string" ? field.value : "";
    field!.type = STRING;
    expr.overloads = this.#environment.functions.get(expr.name) ?? [];
    return this.#found.known(this.#field(expr.at, operand!, name, true));
  }

  #overload(expr: Call, overloads: readonly Overload[]): Type {
    const operands = expr.target ? [expr.target, ...expr.args] : expr.args;
    if (expr.name === "_&&_" || expr.name === "_||_") return this.#logic(expr, overloads);
    const actual = operands.map(({ type }) => type ?? DYN);
    const fitting: Overload[] = [];
    let result: Type | undefined;
    for (const overload of overloads) {
      if (overload.member !== (expr.target !== undefined)) continue;
      const fresh: Bindings = new Map(overload.params.map((param) => [param, this.#found.variable()]));
      const args = overload.args.map((type) => substitute(fresh, type));
      if (!this.#found.allAssignable(actual, args)) continue;
      fitting.push(overload);
      const type = this.#found.known(substitute(fresh, overload.result));
      if (result === undefined) result = type;
      else if (!isDynamic(result) && !sameType(type, result)) result = DYN;
    }
    if (result) {
      expr.overloads = fitting;
      return result;
    }
    const shown = actual.map((type) => formatType(this.#found.known(type, true)));
    const signature = expr.target ? `${shown[0]}.(${shown.slice(1).join(", ")})` : `(${shown.join(", ")})`;
    return this.#found.complain(expr.at, `found no matching overload for '${expr.name}' applied to '${signature}'`);
  }

  #logic(expr: Call, overloads: readonly Overload[]): Type {
    const wrong = expr.args.filter(({ type }) => !this.#found.assignable(type ?? DYN, BOOL));
    for (const { at, type } of wrong) this.#found.mismatch(at, BOOL, type ?? DYN);
    expr.overloads = overloads;
    return wrong.length > 0 ? ERROR : BOOL;
  }

  /** The type inside an optional element or entry. */
  #unwrapped(expr: Expr, optional: boolean): Type {
    const type = this.check(expr);
    if (!optional) return type;
    const inside = insideOptional(type);
    if (!inside && !isDynamic(type)) this.#found.mismatch(expr.at, optionalOf(type), type);
    return inside ?? type;
  }

  #list(expr: ListLiteral): Type {
    let item: Type | undefined;
    for (const [i, element] of expr.items.entries()) item = this.#found.join(item, this.#unwrapped(element, expr.optional.has(i)));
    return listOf(item ?? this.#found.variable());
  }

  #map(expr: MapLiteral): Type {
    let key: Type | undefined;
    let value: Type | undefined;
    for (const entry of expr.entries) {
      key = this.#found.join(key, this.check(entry.key));
      value = this.#found.join(value, this.#unwrapped(entry.value, entry.optional));
    }
    return mapOf(key ?? this.#found.variable(), value ?? this.#found.variable());
  }

  #object(expr: ObjectLiteral): Type {
    const name = expr.name.replace(/^\./, "");
    const type = this.#environment.typeNamed(name);
    if (!type) return this.#found.undeclared(expr.at, expr.name);
    if (type.kind !== "object") return this.#found.complain(expr.at, `'${typeName(type)}' is not a message type`);
    for (const { at, name: field, value, optional } of expr.fields) {
      const found = this.#unwrapped(value, optional);
      const wanted = this.#environment.fieldOf(name, field);
      if (!wanted) this.#found.complain(at, `undefined field '${field}'`);
      else if (!this.#found.assignable(wanted, found)) {
        this.#found.complain(at, `expected type of field '${field}' is '${formatType(wanted)}' but provided type is '${formatType(found)}'`);
      }
    }
    return type;
  }

  #fold(expr: Fold): Type {
    const range = this.#found.known(this.check(expr.range));
    const accumulated = this.check(expr.init);
    const [first, second] = this.#variables(expr, range);
    this.#scopes.push(new Map([[expr.accumulator, accumulated]]));
    this.#scopes.push(
      new Map(
        expr.variable2 === undefined
          ? [[expr.variable, first]]
          : ([
              [expr.variable, first],
              [expr.variable2, second],
            ] as const),
      ),
    );
    this.#expect(expr.condition, BOOL);
    this.#expect(expr.step, accumulated);
    this.#scopes.pop();
    const result = this.check(expr.result);
    this.#scopes.pop();
    return this.#found.known(result);
  }

  #expect(expr: Expr, type: Type): void {
    const found = this.check(expr);
    if (!this.#found.assignable(type, found)) this.#found.mismatch(expr.at, type, found);
  }

  /** What the variables of a fold over the range hold. */
  #variables(expr: Fold, range: Type): readonly [Type, Type] {
    const two = expr.variable2 !== undefined;
    if (range.kind === "list") return two ? [INT, range.item] : [range.item, DYN];
    if (range.kind === "map") return [range.key, range.value];
    if (range.kind === "dyn" || range.kind === "error" || range.kind === "param") {
      this.#found.assignable(DYN, range);
      return [DYN, DYN];
    }
    this.#found.complain(expr.range.at, `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`);
    return [ERROR, ERROR];
  }
}

function constantType(value: Value): Type {
  switch (typeof value) {
    case "boolean":
      return BOOL;
    case "bigint":
      return INT;
    case "number":
      return DOUBLE;
    case "string":
      return STRING;
    default:
      return value === null ? NULL : value instanceof Uint8Array ? BYTES : UINT;
  }
}

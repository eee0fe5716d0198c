/** Whether one type can stand for another, with the parameters that follow from it. [cel-go checker/types.go] */

import { DYN, isDynamic, isDynamicOrError, parametersOf, sameType, type Type } from "./type.ts";

/** What each type parameter stands for. */
export type Bindings = Map<string, Type>;

const NULLABLE: ReadonlySet<Type["kind"]> = new Set(["opaque", "object", "duration", "timestamp", "null"]);

/** @returns the bindings with which `actual` can stand for `wanted`; undefined where it can't. `bindings` stay as they are. */
export function assign(bindings: Bindings, wanted: Type, actual: Type): Bindings | undefined {
  return assignAll(bindings, [wanted], [actual]);
}

/** As `assign`, for a list of types of which all must fit. */
export function assignAll(bindings: Bindings, wanted: readonly Type[], actual: readonly Type[]): Bindings | undefined {
  const copy: Bindings = new Map(bindings);
  return fitAll(copy, wanted, actual) ? copy : undefined;
}

function fitAll(bindings: Bindings, wanted: readonly Type[], actual: readonly Type[]): boolean {
  return wanted.length === actual.length && wanted.every((one, i) => fits(bindings, one, actual[i]!));
}

function fits(bindings: Bindings, a: Type, b: Type): boolean {
  if (b.kind === "param") {
    const { valid, bound } = substitutes(bindings, a, b);
    if (valid) return true;
    if (bound) return false;
  }
  if (a.kind === "param") return substitutes(bindings, b, a).valid;
  if (isDynamicOrError(a) || isDynamicOrError(b)) return true;
  if (a.kind === "null") return NULLABLE.has(b.kind);
  if (b.kind === "null") return NULLABLE.has(a.kind);
  if (a.kind !== b.kind) return false;
  if (a.kind === "type") return true;
  if (a.kind === "object" || a.kind === "opaque") {
    return a.name === (b as typeof a).name && fitAll(bindings, parametersOf(a), parametersOf(b));
  }
  return fitAll(bindings, parametersOf(a), parametersOf(b));
}

/** Whether the parameter can stand for the type, and whether it already stood for one. Binds it where it can. */
function substitutes(bindings: Bindings, type: Type, param: Type & { kind: "param" }): { valid: boolean; bound: boolean } {
  if (type.kind === "param" && type.name === param.name) return { valid: true, bound: true };
  const known = bindings.get(param.name);
  if (known) {
    if (sameType(type, known)) return { valid: true, bound: true };
    if (!fits(bindings, type, known)) return { valid: false, bound: true };
    const general = moreGeneral(type, known);
    if (!occurs(bindings, param, general)) bindings.set(param.name, general);
    return { valid: true, bound: true };
  }
  if (occurs(bindings, param, type)) return { valid: false, bound: false };
  bindings.set(param.name, type);
  return { valid: true, bound: false };
}

/** Whether the parameter is part of the type. */
function occurs(bindings: Bindings, param: Type, type: Type): boolean {
  if (sameType(param, type)) return true;
  if (type.kind === "param") {
    const bound = bindings.get(type.name);
    return bound !== undefined && occurs(bindings, param, bound);
  }
  return parametersOf(type).some((one) => occurs(bindings, param, one));
}

/** Of two types that go together, the one that says less. */
export function moreGeneral(a: Type, b: Type): Type {
  return saysLess(a, b) ? a : b;
}

function saysLess(a: Type, b: Type): boolean {
  if (isDynamic(a) || a.kind === "param") return true;
  if (isDynamic(b) || b.kind === "param") return false;
  if (a.kind !== b.kind) return false;
  if (a.kind === "type") return true;
  if (a.kind !== "opaque" && a.kind !== "list" && a.kind !== "map") return sameType(a, b);
  if (a.kind === "opaque" && a.name !== (b as typeof a).name) return false;
  const [left, right] = [parametersOf(a), parametersOf(b)];
  return left.length === right.length && left.every((one, i) => saysLess(one, right[i]!));
}

/** The type with its bound parameters replaced. With `free`, unbound ones become dynamic. */
export function substitute(bindings: Bindings, type: Type, free = false): Type {
  switch (type.kind) {
    case "param": {
      const bound = bindings.get(type.name);
      if (bound) return substitute(bindings, bound, free);
      return free ? DYN : type;
    }
    case "list":
      return { kind: "list", item: substitute(bindings, type.item, free) };
    case "map":
      return { kind: "map", key: substitute(bindings, type.key, free), value: substitute(bindings, type.value, free) };
    case "opaque":
      return type.params.length === 0 ? type : { kind: "opaque", name: type.name, params: type.params.map((param) => substitute(bindings, param, free)) };
    case "type":
      return type.of ? { kind: "type", of: substitute(bindings, type.of, free) } : type;
    default:
      return type;
  }
}

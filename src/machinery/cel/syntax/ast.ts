/** The tree of an expression. The checker writes types and overloads onto its nodes; macros are already expanded into folds. */

import type { Overload } from "../functions/overload.ts";
import type { Type } from "../types/type.ts";
import type { Value } from "../values/value.ts";

interface Node {
  /** Where it stands in the source: the operator, the bracket or the first character. */
  readonly at: number;
  /** What the checker found it to be. */
  type?: Type;
}

export interface Constant extends Node {
  readonly kind: "constant";
  readonly value: Value;
}

export interface Identifier extends Node {
  readonly kind: "identifier";
  readonly name: string;
  /** Of a type's name: the type as a value. */
  constant?: Value;
}

export interface Select extends Node {
  readonly kind: "select";
  readonly operand: Expr;
  readonly field: string;
  /** `has(a.b)` */
  readonly test: boolean;
  /** Of a dotted name that is a variable or a type: the checker read it so. */
  resolved?: Identifier;
}

export interface Call extends Node {
  readonly kind: "call";
  name: string;
  target: Expr | undefined;
  readonly args: readonly Expr[];
  /** Those that fit the types of the arguments; several where some are dynamic. */
  overloads?: readonly Overload[];
}

export interface ListLiteral extends Node {
  readonly kind: "list";
  readonly items: readonly Expr[];
  /** `[?a]`: left out when it has no value. */
  readonly optional: ReadonlySet<number>;
}

export interface Entry {
  readonly at: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapLiteral extends Node {
  readonly kind: "map";
  readonly entries: readonly Entry[];
}

export interface FieldInit {
  readonly at: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface ObjectLiteral extends Node {
  readonly kind: "object";
  readonly name: string;
  readonly fields: readonly FieldInit[];
}

/** What every macro with a variable becomes: an accumulator that each element of a range changes. */
export interface Fold extends Node {
  readonly kind: "fold";
  readonly range: Expr;
  readonly variable: string;
  /** Of a fold over keys and values, or indices and items. */
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = Constant | Identifier | Select | Call | ListLiteral | MapLiteral | ObjectLiteral | Fold;

/** The accumulator's name, which no expression can write. */
export const ACCUMULATOR = "@result";

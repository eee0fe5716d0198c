/** What a check has found out so far: which types the parameters stand for, and what doesn't fit. [cel-go checker/checker.go] */

import type { Issue } from "../syntax/issue.ts";
import { DYN, ERROR, formatType, type Type } from "./type.ts";
import { assign, assignAll, type Bindings, moreGeneral, substitute } from "./unify.ts";

export class Inference {
  readonly issues: Issue[] = [];
  #bindings: Bindings = new Map();
  #fresh = 0;

  complain(at: number, message: string): Type {
    this.issues.push({ at, message });
    return ERROR;
  }

  undeclared(at: number, name: string): Type {
    return this.complain(at, `undeclared reference to '${name}' (in container '')`);
  }

  mismatch(at: number, expected: Type, found: Type): Type {
    return this.complain(at, `expected type '${formatType(expected)}' but found '${formatType(found)}'`);
  }

  /** The type as far as its parameters are known. @param free what is not known is dynamic */
  known(type: Type, free = false): Type {
    return substitute(this.#bindings, type, free);
  }

  /** A type that is yet to be found out. */
  variable(): Type {
    return { kind: "param", name: `_var${this.#fresh++}` };
  }

  /** Where the one fits the other, what that says of parameters is kept. */
  assignable(wanted: Type, actual: Type): boolean {
    return this.#keep(assign(this.#bindings, wanted, actual));
  }

  allAssignable(actual: readonly Type[], wanted: readonly Type[]): boolean {
    return this.#keep(assignAll(this.#bindings, actual, wanted));
  }

  #keep(bindings: Bindings | undefined): boolean {
    if (bindings) this.#bindings = bindings;
    return bindings !== undefined;
  }

  /** The type of a list's items, with one more. */
  join(previous: Type | undefined, current: Type): Type {
    if (!previous) return current;
    return this.assignable(previous, current) ? moreGeneral(previous, current) : DYN;
  }
}

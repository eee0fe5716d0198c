/** One way to call a function: what it takes, what it gives, and what it does. */

import { parseType } from "../types/parse-type.ts";
import type { Type } from "../types/type.ts";
import type { Value } from "../values/value.ts";

export interface Overload {
  /** cel-go's name of it, by which costs go: `string_index_of_string`. */
  readonly id: string;
  readonly name: string;
  /** Called as `a.f(b)`; `args` then begin with what stands before the dot. */
  readonly member: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  /** The type parameters among its types. */
  readonly params: readonly string[];
  /** The arguments are no errors, and as many as declared; where a type was dynamic, they may still be of another type. */
  readonly call: (...args: Value[]) => Value;
}

type Body = (...args: never[]) => Value;

/** `f(args) → result`, types as parseType reads them. The body may count on their types: dispatch looks at the values before. */
export function plain(name: string, id: string, args: readonly string[], result: string, call: Body): Overload {
  return declared(name, id, false, args, result, call);
}

/** `args[0].f(args[1], …) → result` */
export function member(name: string, id: string, args: readonly string[], result: string, call: Body): Overload {
  return declared(name, id, true, args, result, call);
}

function declared(name: string, id: string, isMember: boolean, args: readonly string[], result: string, call: Body): Overload {
  const types = args.map(parseType);
  const params = [...new Set([...args, result].flatMap((text) => text.match(/\b[A-Z]\b/g) ?? []))];
  // The body's parameters are of the declared types: `accepts` holds every call to that.
  return { id, name, member: isMember, args: types, result: parseType(result), params, call: call as unknown as Overload["call"] };
}

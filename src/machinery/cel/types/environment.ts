/** What an expression may name: variables, functions, and the fields of objects. */

import type { Overload } from "../functions/overload.ts";
import type { Type } from "./type.ts";

export interface Environment {
  /** Whether expressions may name values for themselves: `cel.bind(name, value, expression)`. */
  readonly binds?: true;
  readonly variables: ReadonlyMap<string, Type>;
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  /** Types that have a name as values and can be written as literals: `int`, `Object.spec`. */
  typeNamed(name: string): Type | undefined;
  /** @returns the type of an object type's field; undefined where it has none of that name */
  fieldOf(objectName: string, field: string): Type | undefined;
}

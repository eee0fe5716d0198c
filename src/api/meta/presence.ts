/**
 * Structs that are always there: in Go a struct that isn't a pointer can't be absent, and so the types say that a `spec` and every
 * struct that JSON never leaves out are there. A document needn't have them.
 */

import type { StructSchema } from "../../machinery/schema/schema.ts";
import { type Members, planner, walk } from "./plan.ts";

const planOf = planner<true>((_, { name, schema, table }) => {
  if (schema.type !== "struct" || table.pointer) return undefined;
  return name === "spec" || !table.omit ? true : undefined;
});

/** Adds the empty structs that are missing. */
export function addMissingStructs(struct: StructSchema, object: object): void {
  walk(planOf(struct), object as Members, (holder, own) => {
    for (const { field } of own) holder[field.name] ??= {};
  });
}

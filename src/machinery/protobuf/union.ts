/** Raw values that are a choice between types in protobuf, such as JSONSchemaPropsOrBool: which member of the message a value is, and back. */

import type { MessageField, StructSchema } from "../schema/schema.ts";

type Members = Record<string, unknown>;

/** @returns the message's members for a raw value: the list, the struct, or the boolean, which is also true beside a struct */
export function unionMembers(value: unknown, union: StructSchema): Members {
  const members: Members = Object.create(null);
  const flag = memberOf(union, "scalar");
  if (flag) members[flag] = value !== false;
  const place = typeof value === "object" && value !== null ? memberOf(union, Array.isArray(value) ? "list" : "struct") : undefined;
  if (place) members[place] = value;
  return members;
}

/** @returns the raw value that a decoded message stands for; undefined where it stands for none */
export function unionValue(members: Readonly<Members>, union: StructSchema): unknown {
  for (const kind of ["list", "struct"] as const) {
    const name = memberOf(union, kind);
    if (name && members[name] !== undefined) return members[name];
  }
  const flag = memberOf(union, "scalar");
  return flag ? members[flag] === true : undefined;
}

function memberOf(union: StructSchema, kind: MessageField["schema"]["type"]): string | undefined {
  return union.messageFields.find((field) => field.schema.type === kind)?.name;
}

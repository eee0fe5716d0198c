/** Walks objects to the fields that a mark was set on, without looking at the parts of them that have none. */

import type { Field, Schema, StructSchema } from "../../machinery/schema/schema.ts";

/** Where a struct's marked fields are: its own, and the members that lead to others. */
export interface Plan<M> {
  readonly own: readonly { readonly field: Field; readonly mark: M }[];
  readonly below: readonly { readonly name: string; readonly shape: Shape; readonly plan: Plan<M> }[];
}

export type Shape = "struct" | "list" | "map";
export type Members = Record<string, unknown>;

/** @param markOf what a struct's field is marked with, if at all @returns the plan of a struct, made when it is first asked for */
export function planner<M>(markOf: (struct: StructSchema, field: Field) => M | undefined): (struct: StructSchema) => Plan<M> {
  const plans = new Map<StructSchema, Plan<M>>();
  return planOf;

  function planOf(struct: StructSchema): Plan<M> {
    const known = plans.get(struct);
    if (known) return known;
    const own: { field: Field; mark: M }[] = [];
    const below: { name: string; shape: Shape; plan: Plan<M> }[] = [];
    const plan: Plan<M> = { own, below };
    plans.set(struct, plan); // Before its fields, because a struct may contain itself.
    for (const field of struct.fields) {
      const mark = markOf(struct, field);
      if (mark !== undefined) own.push({ field, mark });
      if (leads(field.schema, new Set())) below.push({ name: field.name, shape: shapeOf(field.schema), plan: planOf(structIn(field.schema) as StructSchema) });
    }
    return plan;
  }

  function leads(schema: Schema, seen: Set<string>): boolean {
    const struct = structIn(schema);
    if (!struct || seen.has(struct.id)) return false;
    seen.add(struct.id);
    return struct.fields.some((field) => markOf(struct, field) !== undefined || leads(field.schema, seen));
  }
}

function shapeOf(schema: Schema): Shape {
  return schema.type === "list" || schema.type === "map" ? schema.type : "struct";
}

/** @returns the struct that the schema is, or is a list or map of */
function structIn(schema: Schema): StructSchema | undefined {
  const inner = schema.type === "list" ? schema.items : schema.type === "map" ? schema.values : schema;
  return inner.type === "struct" ? inner : undefined;
}

/** Visits each struct that may have marked fields of its own, outer ones first; `visit` may add members. */
export function walk<M>(plan: Plan<M>, object: Members, visit: (holder: Members, own: Plan<M>["own"]) => void): void {
  if (plan.own.length > 0) visit(object, plan.own);
  for (const { name, shape, plan: inner } of plan.below) {
    const value = object[name];
    if (value === undefined || value === null) continue;
    if (shape === "struct") walk(inner, value as Members, visit);
    else for (const item of shape === "list" ? (value as Members[]) : Object.values(value as Record<string, Members>)) walk(inner, item, visit);
  }
}

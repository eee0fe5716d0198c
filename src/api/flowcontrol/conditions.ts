/** Conditions of flow schemas and priority levels. */

import { duplicate, type FieldError, required } from "../../machinery/status/field-error.ts";

export function conditionErrors(conditions: readonly { readonly type?: string }[] | undefined): FieldError[] {
  const seen = new Set<string>();
  return (conditions ?? []).flatMap(({ type = "" }, i) => {
    const field = `status.conditions[${i}].type`;
    const twice = seen.has(type) ? [duplicate(field, type)] : [];
    seen.add(type);
    return type ? twice : [...twice, required(field, "")];
  });
}

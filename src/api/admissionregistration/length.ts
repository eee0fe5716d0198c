/** Whether compiling what somebody wrote in expressions takes long. */

import type { MutatingAdmissionPolicy, ValidatingAdmissionPolicy, ValidatingWebhook } from "../tables/admissionregistration-v1.ts";

/** Characters of expressions that are read and checked in some ten milliseconds; each expression costs at least as much as so many. */
const CHARACTERS_MAX = 16_000;
const EXPRESSION_CHARACTERS = 200;

type Expressions = Partial<
  Pick<ValidatingAdmissionPolicy["spec"], "validations" | "auditAnnotations" | "variables" | "matchConditions"> &
    Pick<MutatingAdmissionPolicy["spec"], "mutations">
>;

/** @param all policies' specs, or webhooks */
export function haveLongExpressions(all: readonly (Expressions | ValidatingWebhook)[]): boolean {
  let characters = 0;
  characters += all.length * EXPRESSION_CHARACTERS;
  for (const { validations = [], auditAnnotations = [], variables = [], mutations = [], matchConditions = [] } of all as readonly Expressions[]) {
    const texts = [
      ...validations.flatMap(({ expression, messageExpression }) => [expression, messageExpression]),
      ...auditAnnotations.map(({ valueExpression }) => valueExpression),
      ...variables.map(({ expression }) => expression),
      ...mutations.map(({ jsonPatch, applyConfiguration }) => jsonPatch?.expression ?? applyConfiguration?.expression),
      ...matchConditions.map(({ expression }) => expression),
    ];
    for (const text of texts) characters += text ? text.length + EXPRESSION_CHARACTERS : 0;
  }
  return characters > CHARACTERS_MAX;
}

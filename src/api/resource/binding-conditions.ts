/** What must be so before a pod is bound to where its devices are, and what says that it won't be (KEP-5007). */

import { duplicate, type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { qualifiedName } from "../meta/checks.ts";
import { listErrors } from "./lists.ts";

const CONDITIONS_MAX = 4;

export interface BindingConditions {
  readonly bindingConditions?: string[];
  readonly bindingFailureConditions?: string[];
}

export function bindingErrors(at: string, { bindingConditions: good = [], bindingFailureConditions: bad = [] }: BindingConditions): FieldError[] {
  const [goodAt, badAt] = [`${at}.bindingConditions`, `${at}.bindingFailureConditions`];
  return [
    ...listErrors(goodAt, good, CONDITIONS_MAX, (name, own) => qualifiedName(own, name)),
    ...listErrors(badAt, bad, CONDITIONS_MAX, (name, own) => qualifiedName(own, name)),
    ...good.flatMap((name, i) => (good.indexOf(name) < i ? [duplicate(`${goodAt}[${i}]`, name)] : [])),
    ...bad.flatMap((name, i) => [
      ...(bad.indexOf(name) < i ? [duplicate(`${badAt}[${i}]`, name)] : []),
      ...(good.includes(name) ? [invalid(`${badAt}[${i}]`, name, "bindingFailureConditions must not overlap with bindingConditions")] : []),
    ]),
    ...(good.length === 0 && bad.length > 0 ? [invalid(goodAt, null, "bindingConditions are required to use bindingFailureConditions")] : []),
    ...(bad.length === 0 && good.length > 0 ? [invalid(badAt, null, "bindingFailureConditions are required to use bindingConditions")] : []),
  ];
}

/** Checks that the workload kinds share. */

import { type IntOrString, intValue } from "../../machinery/int-or-string.ts";
import { isValidPercent } from "../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { complain, labelSelector, nonNegative, selectsAll } from "../meta/checks.ts";
import type { LabelSelector } from "../tables/meta-v1.ts";

/** A number that isn't negative, or a percentage. */
export function countOrPercent(field: string, value: IntOrString | undefined): FieldError[] {
  return typeof value === "string" ? complain(field, value, isValidPercent(value)) : nonNegative(field, value);
}

/** The number, or the number before the percent sign. */
export function countOf(value: IntOrString | undefined): number {
  return percentOf(value) ?? (value === undefined ? 0 : intValue(value));
}

function percentOf(value: IntOrString | undefined): number | undefined {
  return typeof value === "string" && isValidPercent(value).length === 0 ? Number(value.slice(0, -1)) : undefined;
}

export function atMostAll(field: string, value: IntOrString | undefined): FieldError[] {
  return (percentOf(value) ?? 0) > 100 ? [invalid(field, value, "must not be greater than 100%")] : [];
}

/** A workload's selector must be there and mustn't select everything. @param word what the message calls the kind */
export function ownSelector(selector: LabelSelector | undefined, word: string): FieldError[] {
  if (!selector) return [required("spec.selector", "")];
  const errors = labelSelector("spec.selector", selector);
  return selectsAll(selector) ? [...errors, invalid("spec.selector", selector, `empty selector is invalid for ${word}`)] : errors;
}

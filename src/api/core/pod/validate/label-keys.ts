/** `matchLabelKeys` and `mismatchLabelKeys` of affinities and spread constraints. */

import { type FieldError, forbiddenField, invalid } from "../../../../machinery/status/field-error.ts";
import { qualifiedName } from "../../../meta/checks.ts";
import type { LabelSelector } from "../../../tables/meta-v1.ts";

export function labelKeyErrors(
  at: string,
  match: readonly string[] = [],
  mismatch: readonly string[] = [],
  selector: LabelSelector | undefined = undefined,
): FieldError[] {
  const errors = [...keyErrors(`${at}.matchLabelKeys`, match, selector), ...keyErrors(`${at}.mismatchLabelKeys`, mismatch, selector)];
  if (selector) errors.push(...repeatedKeys(at, match, selector));
  for (const [i, key] of match.entries()) {
    if (mismatch.includes(key)) errors.push(invalid(`${at}.matchLabelKeys[${i}]`, key, "exists in both matchLabelKeys and mismatchLabelKeys"));
  }
  return errors;
}

function keyErrors(field: string, keys: readonly string[], selector: LabelSelector | undefined): FieldError[] {
  if (keys.length === 0) return [];
  if (!selector) return [forbiddenField(field, "must not be specified when labelSelector is not set")];
  return keys.flatMap((key, i) => qualifiedName(`${field}[${i}]`, key));
}

/** The keys were merged into the selector before, so each may stand there once, after what the user said. */
function repeatedKeys(at: string, match: readonly string[], { matchLabels, matchExpressions }: LabelSelector): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set(Object.keys(matchLabels ?? {}));
  for (const { key } of matchExpressions ?? []) {
    const i = match.lastIndexOf(key);
    if (i >= 0 && seen.has(key)) errors.push(invalid(`${at}[${i}]`, key, "exists in both matchLabelKeys and labelSelector"));
    seen.add(key);
  }
  return errors;
}

/** Label selectors as objects carry them (`matchLabels`, `matchExpressions`). */

import type { LabelSelector } from "../api/tables/meta-v1.ts";

type Labels = Readonly<Record<string, string>>;

function labelOf(labels: Labels | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** @returns whether labels satisfy a selector; an empty selector matches all, an unknown operator nothing */
export function matchesLabels(selector: LabelSelector, labels: Labels | undefined): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labelOf(labels, key) !== value) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
    const value = labelOf(labels, key);
    if (operator === "Exists") return value !== undefined;
    if (operator === "DoesNotExist") return value === undefined;
    if (operator === "In") return value !== undefined && (values ?? []).includes(value);
    return operator === "NotIn" && (value === undefined || !(values ?? []).includes(value));
  });
}

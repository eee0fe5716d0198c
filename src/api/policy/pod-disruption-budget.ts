/** PodDisruptionBudgets: how many pods of a set may be missing because someone wants it so. */

import { isPathSegmentName } from "../../machinery/names.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { atMostAll, countOrPercent } from "../apps/checks.ts";
import { kind } from "../declare.ts";
import { labelSelector, nonNegative, optionalOneOf } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { conditionErrors } from "../meta/conditions.ts";
import { sameStruct } from "../meta/semantic.ts";
import { copyMember } from "../meta/status-update.ts";
import type { LabelSelector } from "../tables/meta-v1.ts";
import type { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus, PodDisruptionBudget as PodDisruptionBudgetType } from "../tables/policy-v1.ts";

/** How an older version's selector of nothing, which was an empty one, is told apart from this one's, which selects everything. */
const OLD_VERSION_LABEL = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";

export const PodDisruptionBudget = kind<PodDisruptionBudgetType>("policy/v1", "poddisruptionbudgets", {
  prepareCreate(budget) {
    delete budget.status;
    stripOldLabel(budget.spec.selector);
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    if (!sameStruct("meta.v1.LabelSelector", next.spec.selector, last.spec.selector)) stripOldLabel(next.spec.selector);
  },
  generation: true,
  metadataLast: true,
  validateName: isPathSegmentName,
  conditionalUpdateOnly: true,
  validate: ({ spec }) => specErrors(spec),
  subresources: { status: { validateUpdate: ({ status }) => (status ? statusErrors(status) : []) } },
  columns: [
    nameColumn,
    column("Min Available", "string", "How many pods must be there.", ({ spec }) => amountCell(spec.minAvailable)),
    column("Max Unavailable", "string", "How many pods may be missing.", ({ spec }) => amountCell(spec.maxUnavailable)),
    column("Allowed Disruptions", "integer", "How many pods may go now.", ({ status }) => status?.disruptionsAllowed ?? 0),
    ageColumn,
  ],
});

/** The label means something only where it is all that the selector says. */
function stripOldLabel(selector: LabelSelector | undefined): void {
  if (!selector?.matchExpressions || isNothing(selector)) return;
  selector.matchExpressions = selector.matchExpressions.filter(({ key }) => key !== OLD_VERSION_LABEL);
}

function isNothing({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  const [{ key, operator } = { key: "", operator: "" }] = matchExpressions;
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 1 && key === OLD_VERSION_LABEL && operator === "Exists";
}

function specErrors(spec: PodDisruptionBudgetSpec): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  const both = minAvailable !== undefined && maxUnavailable !== undefined;
  return [
    ...(both ? [invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set")] : []),
    ...countOrPercent("spec.minAvailable", minAvailable),
    ...atMostAll("spec.minAvailable", minAvailable),
    ...countOrPercent("spec.maxUnavailable", maxUnavailable),
    ...atMostAll("spec.maxUnavailable", maxUnavailable),
    ...labelSelector("spec.selector", selector),
    ...optionalOneOf("spec.unhealthyPodEvictionPolicy", unhealthyPodEvictionPolicy, ["AlwaysAllow", "IfHealthyBudget"]),
  ];
}

function statusErrors({ conditions, disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods }: PodDisruptionBudgetStatus): FieldError[] {
  return [
    ...conditionErrors("status.conditions", conditions),
    ...nonNegative("status.disruptionsAllowed", disruptionsAllowed),
    ...nonNegative("status.currentHealthy", currentHealthy),
    ...nonNegative("status.desiredHealthy", desiredHealthy),
    ...nonNegative("status.expectedPods", expectedPods),
  ];
}

function amountCell(amount: number | string | undefined): string {
  return amount === undefined ? "N/A" : String(amount);
}

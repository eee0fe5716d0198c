/** ClusterRoles: what may be done anywhere, or in each namespace that binds one. */

import { isPathSegmentName } from "../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { labelSelector } from "../meta/checks.ts";
import type { LabelSelector } from "../tables/meta-v1.ts";
import type { AggregationRule, ClusterRole as ClusterRoleType } from "../tables/rbac-v1.ts";
import { ruleErrors } from "./rules.ts";

export const ClusterRole = kind<ClusterRoleType>("rbac.authorization.k8s.io/v1", "clusterroles", {
  validate: ({ rules, aggregationRule }) => [...ruleErrors(rules, false), ...aggregationErrors(aggregationRule)],
  validateName: isPathSegmentName,
  createOnUpdate: true,
});

function aggregationErrors(rule: AggregationRule | undefined): FieldError[] {
  const field = "aggregationRule.clusterRoleSelectors";
  if (!rule) return [];
  if (!rule.clusterRoleSelectors?.length) return [required(field, "at least one clusterRoleSelector required if aggregationRule is non-nil")];
  return rule.clusterRoleSelectors.flatMap((selector, i) => selectorErrors(`${field}[${i}]`, selector));
}

/** Everything that is wrong with it, and then that it is. */
function selectorErrors(at: string, selector: LabelSelector): FieldError[] {
  const errors = labelSelector(at, selector);
  return errors.length > 0 ? [...errors, invalid(at, null, "invalid label selector.")] : errors;
}

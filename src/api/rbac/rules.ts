/** What is wrong with the rules of a role. [Kubernetes pkg/apis/rbac/validation/validation.go] */

import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import type { PolicyRule } from "../tables/rbac-v1.ts";

/** @param namespaced whether the role is of one namespace, where no path outside of the resources lies */
export function ruleErrors(rules: readonly PolicyRule[] | undefined, namespaced: boolean): FieldError[] {
  return (rules ?? []).flatMap((rule, i) => [...verbErrors(`rules[${i}]`, rule), ...targetErrors(`rules[${i}]`, rule, namespaced)]);
}

function verbErrors(at: string, { verbs }: PolicyRule): FieldError[] {
  return verbs?.length ? [] : [required(`${at}.verbs`, "")];
}

function targetErrors(at: string, rule: PolicyRule, namespaced: boolean): FieldError[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs: paths = [] } = rule;
  const field = `${at}.nonResourceURLs`;
  if (paths.length > 0) {
    const mixed = apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0;
    return [
      ...(namespaced ? [invalid(field, paths, "namespaced rules cannot apply to non-resource URLs")] : []),
      ...(mixed ? [invalid(field, paths, "rules cannot apply to both regular resources and non-resource URLs")] : []),
    ];
  }
  return [
    ...(apiGroups.length > 0 ? [] : [required(`${at}.apiGroups`, "resource rules must supply at least one api group")]),
    ...(resources.length > 0 ? [] : [required(`${at}.resources`, "resource rules must supply at least one resource")]),
  ];
}

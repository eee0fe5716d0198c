/** What the API says of names and rules that do nothing. [Kubernetes pkg/apis/admissionregistration/validation] */

import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import type { Metadata } from "../kind.ts";
import type { RuleWithOperations } from "../tables/admissionregistration-v1.ts";

const STATIC = ".static.k8s.io";

/** Questions that are answered at once: who may log in doesn't depend on who is asked about it. [Kubernetes pkg/kubeapiserver/admission/exclusion] */
export const REVIEWS: ReadonlySet<string> = new Set([
  "authentication.k8s.io/selfsubjectreviews",
  "authentication.k8s.io/tokenreviews",
  "authorization.k8s.io/localsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectrulesreviews",
  "authorization.k8s.io/subjectaccessreviews",
]);

/** Some names are those of files. */
export function staticNameErrors({ name = "" }: Metadata): FieldError[] {
  const detail = `names ending with "${STATIC}" are reserved for static manifest-based configurations and cannot be managed via the API`;
  return name.endsWith(STATIC) ? [invalid("metadata.name", name, detail)] : [];
}

export function reviewWarnings(webhooks: readonly { readonly rules?: readonly RuleWithOperations[] }[]): string[] {
  return webhooks.flatMap(({ rules = [] }, i) => rules.flatMap((rule, j) => ruleWarnings(`webhooks[${i}].rules[${j}]`, rule)));
}

/** With a wildcard it may mean anything. */
function ruleWarnings(at: string, { apiGroups = [], resources = [] }: RuleWithOperations): string[] {
  if (apiGroups.includes("*") || resources.includes("*")) return [];
  const named = apiGroups.flatMap((group) => resources.filter((resource) => REVIEWS.has(`${group}/${resource}`)).map((resource) => `${resource}.${group}`));
  return [...new Set(named)].map((name) => `${at}: ${name} is excluded from admission webhooks; this rule will have no effect`);
}

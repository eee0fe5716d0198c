/** Which requests a rule of a webhook or policy is about. [k8s.io/apiserver pkg/admission/plugin/webhook/predicates/rules] */

import { REVIEWS } from "../../api/admissionregistration/warnings.ts";
import type { RuleWithOperations } from "../../api/tables/admissionregistration-v1.ts";
import type { AdmissionRequest } from "./plugin.ts";

/** A resource as a rule names it. */
export interface RuleTarget {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** As admission counts it: a namespace's own name, too. */
  readonly namespace: string;
}

export function ruleMatches(rule: RuleWithOperations, operation: AdmissionRequest["operation"], target: RuleTarget): boolean {
  return (
    some(rule.operations, operation) &&
    some(rule.apiGroups, target.group) &&
    some(rule.apiVersions, target.version) &&
    inScope(rule.scope, target) &&
    (rule.resources ?? []).some((text) => names(text, target))
  );
}

function some(list: readonly string[] | undefined, value: string): boolean {
  return list?.some((one) => one === "*" || one === value) ?? false;
}

/** `pods`, `pods/status`, `pods/*`, `*` (every resource, no subresource), `*\/scale`, `*\/*` */
function names(text: string, { resource, subresource }: RuleTarget): boolean {
  const slash = text.indexOf("/");
  const [main, sub] = slash < 0 ? [text, ""] : [text.slice(0, slash), text.slice(slash + 1)];
  return (main === "*" || main === resource) && (sub === "*" || sub === subresource);
}

/** A namespace is itself no part of one. */
function inScope(scope: string | undefined, { group, resource, namespace }: RuleTarget): boolean {
  if (scope === undefined || scope === "*") return true;
  const inside = namespace !== "" && !(group === "" && resource === "namespaces");
  return scope === "Namespaced" ? inside : scope === "Cluster" && !inside;
}

/** Kinds that say who is asked: nobody who is asked may stand in the way of changing them. */
const CONFIGURATION: ReadonlySet<string> = new Set([
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
]);

/**
 * @returns whether no webhook and no policy that the API configures sees the request. What the server writes on its own account is among them: a webhook that
 * fails must not keep it from starting.
 */
export function isExempt({ kind, resource, user }: AdmissionRequest): boolean {
  if (user.via === "loopback") return true;
  if (kind.group === "admissionregistration.k8s.io" && CONFIGURATION.has(kind.name)) return true;
  return REVIEWS.has(`${resource.group}/${resource.resource}`);
}

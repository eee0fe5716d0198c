/** Which pods and claims a quota counts. [Kubernetes pkg/apis/core/validation validateResourceQuotaScopes, validateScopedResourceSelectorRequirement] */

import { type FieldError, invalid, required } from "../../../machinery/status/field-error.ts";
import type { ResourceQuotaSpec } from "../../tables/core-v1.ts";
import { isQuotaResource } from "./names.ts";

const COMPUTE = ["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
/** The scopes, each with the amounts that it can narrow. */
const SCOPES: ReadonlyMap<string, readonly string[]> = new Map([
  ["Terminating", COMPUTE],
  ["NotTerminating", COMPUTE],
  ["NotBestEffort", COMPUTE],
  ["PriorityClass", COMPUTE],
  ["CrossNamespacePodAffinity", COMPUTE],
  ["BestEffort", ["pods"]],
  ["VolumeAttributesClass", ["persistentvolumeclaims", "requests.storage"]],
]);
const OPPOSITES = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;
/** Those that say yes or no, and have no values. */
const PLAIN: ReadonlySet<string> = new Set(["BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"]);

type Amounts = ResourceQuotaSpec["hard"];

export function scopeErrors(field: string, scopes: readonly string[], hard: Amounts): FieldError[] {
  const errors = scopes.flatMap((scope) => [
    ...(SCOPES.has(scope) ? [] : [invalid(field, scopes, "unsupported scope")]),
    ...unfit(scope, hard).map(() => invalid(field, scopes, "unsupported scope applied to resource")),
  ]);
  return [...errors, ...conflicts(scopes).map(() => invalid(field, scopes, "conflicting scopes"))];
}

export function selectorErrors(field: string, { hard, scopes, scopeSelector }: ResourceQuotaSpec): FieldError[] {
  const requirements = scopeSelector?.matchExpressions ?? [];
  const errors = requirements.flatMap(({ scopeName, operator, values = [] }) => [
    ...(SCOPES.has(scopeName) ? [] : [invalid(`${field}.scopeName`, scopeName, "unsupported scope")]),
    ...unfit(scopeName, hard).map(() => invalid(field, scopeSelector, "unsupported scope applied to resource")),
    ...(PLAIN.has(scopeName) && operator !== "Exists"
      ? [
          invalid(
            `${field}.operator`,
            operator,
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
          ),
        ]
      : []),
    ...operatorErrors(field, operator, values),
  ]);
  const names = requirements.map(({ scopeName }) => scopeName);
  return [...errors, ...conflicts(names).map(() => invalid(field, scopes, "conflicting scopes"))];
}

/** The amounts that a scope can't narrow. */
function unfit(scope: string, hard: Amounts): string[] {
  const fit = SCOPES.get(scope);
  return fit ? Object.keys(hard ?? {}).filter((name) => isQuotaResource(name) && !fit.includes(name)) : [];
}

function conflicts(scopes: readonly string[]): unknown[] {
  return OPPOSITES.filter((pair) => pair.every((scope) => scopes.includes(scope)));
}

function operatorErrors(field: string, operator: string, values: readonly string[]): FieldError[] {
  if (operator === "In" || operator === "NotIn") {
    return values.length > 0 ? [] : [required(`${field}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")];
  }
  if (operator !== "Exists" && operator !== "DoesNotExist") return [invalid(`${field}.operator`, operator, "not a valid selector operator")];
  return values.length === 0 ? [] : [invalid(`${field}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")];
}

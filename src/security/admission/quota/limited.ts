/**
 * What may only be used where a quota covers it, by an administrator's choice (ResourceQuotaConfiguration of apiserver.config.k8s.io): names of amounts, and
 * scopes, such as a priority class. [k8s.io/apiserver pkg/admission/plugin/resourcequota/controller.go]
 */

import type { Evaluator, Usage } from "../../../api/core/quota/usage.ts";
import type { KubeObject } from "../../../api/kind.ts";
import type { ScopedResourceSelectorRequirement } from "../../../api/tables/core-v1.ts";
import { Quantity } from "../../../machinery/quantity/quantity.ts";

export interface LimitedResource {
  readonly apiGroup: string;
  readonly resource: string;
  /** Amounts whose name has one of these in it need a quota that counts them. */
  readonly matchContains: readonly string[];
  /** Objects within one of these need a quota of that scope. */
  readonly matchScopes: readonly ScopedResourceSelectorRequirement[];
}

const API_VERSION = "apiserver.config.k8s.io/v1";

/** @throws Error that says what is wrong with the configuration */
export function readLimitedResources(configuration: unknown): LimitedResource[] {
  const { apiVersion, kind, limitedResources, ...others } = configuration as Record<string, unknown>;
  if (kind !== "ResourceQuotaConfiguration" || apiVersion !== API_VERSION)
    throw new Error(`Cannot read a ${apiVersion} ${kind} as a ResourceQuotaConfiguration`);
  onlyKnown(others, "ResourceQuotaConfiguration");
  return ((limitedResources ?? []) as Partial<LimitedResource>[]).map(({ apiGroup = "", resource, matchContains = [], matchScopes = [], ...rest }, i) => {
    onlyKnown(rest, `limitedResources[${i}]`);
    if (!resource) throw new Error(`limitedResources[${i}].resource: Required value`);
    return { apiGroup, resource, matchContains, matchScopes };
  });
}

/** A name that is written wrong is told, and not passed over. */
function onlyKnown(others: object, where: string): void {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`${where} has no field ${JSON.stringify(unknown)}`);
}

/** @returns the amounts of an object's that need a quota which none of those that concern it gives, sorted */
export function uncovered(limited: readonly LimitedResource[], { group, resource }: Evaluator, asked: Usage, counted: ReadonlySet<string>): string[] {
  const own = limited.filter((one) => one.apiGroup === group && one.resource === resource);
  const isLimited = (name: string): boolean => own.some(({ matchContains }) => matchContains.some((part) => name.includes(part)));
  const names = [...asked].flatMap(([name, amount]) => (amount.compare(Quantity.zero) > 0 && isLimited(name) ? [name] : []));
  return names.filter((name) => !counted.has(name)).toSorted();
}

/** @param covered the scopes of quotas that the object is in @returns the limited scopes that the object is in and no quota has */
export function uncoveredScopes(
  limited: readonly LimitedResource[],
  evaluator: Evaluator,
  object: KubeObject,
  covered: readonly ScopedResourceSelectorRequirement[],
): ScopedResourceSelectorRequirement[] {
  const concerned = limited.flatMap(({ matchScopes }) => matchScopes).filter((selector) => evaluator.matchesScope(selector, object));
  return concerned.filter(({ scopeName }) => !covered.some((selector) => selector.scopeName === scopeName));
}

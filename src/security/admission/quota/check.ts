/** What a write costs the quotas of its namespace, and whether they can bear it. [k8s.io/apiserver pkg/admission/plugin/resourcequota/controller.go CheckRequest] */

import { addUsage, type Evaluator, listOf, type QuotaContext, type QuotaWrite, scopesOf, type Usage, usageOf } from "../../../api/core/quota/usage.ts";
import type { KubeObject } from "../../../api/kind.ts";
import type { ResourceQuota, ScopedResourceSelectorRequirement } from "../../../api/tables/core-v1.ts";
import { Quantity } from "../../../machinery/quantity/quantity.ts";
import { type LimitedResource, uncovered, uncoveredScopes } from "./limited.ts";

/** A quota, and what is used of it with the write done. */
export interface Charge {
  readonly quota: ResourceQuota;
  readonly used: Record<string, string>;
}

/** A quota can't bear the write; the message stands after `is forbidden: `. */
export class QuotaRefusal extends Error {
  override name = "QuotaRefusal";
}

/** No quota has the scope that an administrator demands one for. */
export class ScopeRefusal extends Error {
  override name = "ScopeRefusal";
}

/** @param limited what needs a quota that covers it @returns the quotas that the write changes; throws QuotaRefusal or ScopeRefusal */
export function charges(
  quotas: readonly ResourceQuota[],
  evaluator: Evaluator,
  write: QuotaWrite,
  context: QuotaContext,
  limited: readonly LimitedResource[] = [],
): Charge[] {
  const concerned = quotas.flatMap((quota) => {
    const names = evaluator.names(Object.keys(quota.status?.hard ?? {}), context);
    return names.length > 0 && isInScope(quota, evaluator, write.next) ? [{ quota, names }] : [];
  });
  for (const { quota, names } of concerned) mustBeKnown(quota, names, evaluator, write.next);
  if (concerned.length === 0 && limited.length === 0) return [];
  const asked = evaluator.usage(write.next, context);
  const negative = [...asked].filter(([, amount]) => amount.compare(Quantity.zero) < 0).map(([name]) => name);
  if (negative.length > 0) throw new QuotaRefusal(`quota usage is negative for resource(s): ${negative.toSorted().join(",")}`);
  const added = concerned.map(({ quota }) => ({
    quota,
    amounts: more(asked, write.last && isInScope(quota, evaluator, write.last), evaluator, write, context),
  }));
  const isNothing = concerned.length > 0 ? added.every(({ amounts }) => amounts.size === 0) : more(asked, true, evaluator, write, context).size === 0;
  if (isNothing) return [];
  if (limited.length > 0) {
    const lacking = uncovered(limited, evaluator, asked, new Set(concerned.flatMap(({ names }) => names)));
    if (lacking.length > 0) throw new QuotaRefusal(`insufficient quota to consume: ${lacking.join(",")}`);
    const covered = quotas.flatMap(scopesOf).filter((selector) => evaluator.matchesScope(selector, write.next));
    const scopes = uncoveredScopes(limited, evaluator, write.next, covered);
    if (scopes.length > 0) throw new ScopeRefusal(`insufficient quota to match these scopes: [${scopes.map(shown).join(" ")}]`);
  }
  return added.flatMap(({ quota, amounts }) => chargeOf(quota, amounts, write.subresource) ?? []);
}

function shown({ scopeName, operator, values = [] }: ScopedResourceSelectorRequirement): string {
  return `{${scopeName} ${operator} [${values.join(" ")}]}`;
}

function isInScope(quota: ResourceQuota, evaluator: Evaluator, object: KubeObject): boolean {
  return scopesOf(quota).every((selector) => evaluator.matchesScope(selector, object));
}

function mustBeKnown({ metadata, status }: ResourceQuota, names: readonly string[], evaluator: Evaluator, object: KubeObject): void {
  const missing = evaluator.missing?.(names, object);
  if (missing) throw new QuotaRefusal(`failed quota: ${metadata.name}: ${missing}`);
  if (names.every((name) => status?.used && Object.hasOwn(status.used, name))) return;
  throw new QuotaRefusal(`status unknown for quota: ${metadata.name}, resources: ${names.join(",")}`);
}

/** What the write adds: what is given back is only counted once the quota is measured anew. @param wasCounted whether the object was within the quota before */
function more(asked: Usage, wasCounted: boolean | undefined, evaluator: Evaluator, { last }: QuotaWrite, context: QuotaContext): Usage {
  const before: Usage = last && wasCounted ? evaluator.usage(last, context) : new Map();
  const added = [...asked].map(([name, amount]): [string, Quantity] => [name, amount.subtract(before.get(name) ?? Quantity.zero)]);
  return new Map(added.filter(([, amount]) => amount.compare(Quantity.zero) > 0));
}

function chargeOf(quota: ResourceQuota, added: Usage, subresource: string): Charge | undefined {
  const hard = usageOf(quota.status?.hard);
  const requested: Usage = new Map([...added].filter(([name]) => hard.has(name)));
  if (requested.size === 0) return undefined;
  const before = usageOf(quota.status?.used);
  const used: Usage = new Map(before);
  addUsage(used, requested);
  const exceeded = [...requested.keys()].filter((name) => used.get(name)!.compare(hard.get(name)!) > 0).toSorted();
  // What a controller tells of what is already so is counted and not refused.
  if (exceeded.length > 0 && subresource !== "status") {
    const told = (amounts: Usage) => exceeded.flatMap((name) => (amounts.has(name) ? [`${name}=${amounts.get(name)}`] : [])).join(",");
    throw new QuotaRefusal(`exceeded quota: ${quota.metadata.name}, requested: ${told(requested)}, used: ${told(before)}, limited: ${told(hard)}`);
  }
  return { quota, used: listOf(used) };
}

/** Amounts that a quota counts, by name, and what an evaluator of one resource must know. [Kubernetes pkg/quota/v1, k8s.io/apiserver pkg/quota/v1] */

import { parseQuantity, Quantity } from "../../../machinery/quantity/quantity.ts";
import type { KubeObject } from "../../kind.ts";
import type { Pod, ResourceQuota, ScopedResourceSelectorRequirement } from "../../tables/core-v1.ts";
import type { DeviceClass, ResourceClaim } from "../../tables/resource-v1.ts";

/** Amounts by the name that a quota has for them. */
export type Usage = Map<string, Quantity>;

/** What else an evaluator may ask. */
export interface QuotaContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  deviceClasses(): Iterable<DeviceClass>;
  pod(namespace: string, name: string): Pod | undefined;
  claims(namespace: string): Iterable<ResourceClaim>;
}

/** A write as quotas see it. */
export interface QuotaWrite {
  readonly operation: "CREATE" | "UPDATE";
  readonly subresource: string;
  readonly next: KubeObject;
  readonly last: KubeObject | undefined;
}

/** How the objects of one resource count. */
export interface Evaluator {
  readonly group: string;
  readonly resource: string;
  /** @returns those of a quota's names that it measures, sorted */
  names(hard: readonly string[], context: QuotaContext): readonly string[];
  /** Whether a write can change what is used. */
  handles(write: QuotaWrite): boolean;
  matchesScope(selector: ScopedResourceSelectorRequirement, object: KubeObject): boolean;
  usage(object: KubeObject, context: QuotaContext): Usage;
  /** @returns what the object must say and doesn't, as the refusal's text */
  missing?(names: readonly string[], object: KubeObject): string | undefined;
}

export const ONE: Quantity = parseQuantity("1");

export function quantityOf(count: number): Quantity {
  return new Quantity(BigInt(count), 0, "DecimalSI");
}

export function addUsage(total: Usage, more: Usage): void {
  for (const [name, amount] of more) total.set(name, (total.get(name) ?? Quantity.zero).add(amount));
}

export function usageOf(list: Readonly<Record<string, string>> | undefined): Usage {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(text)]));
}

/** @returns the amounts as a status has them, their names sorted */
export function listOf(usage: Usage): Record<string, string> {
  const list: Record<string, string> = Object.create(null);
  for (const name of [...usage.keys()].toSorted()) list[name] = usage.get(name)!.toString();
  return list;
}

/** `count/deployments.apps`: the name under which a quota counts the objects of a resource. */
export function countName(group: string, resource: string): string {
  return group ? `count/${resource}.${group}` : `count/${resource}`;
}

/** A quota's scopes, of both forms. */
export function scopesOf({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] {
  const plain = (spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" }));
  return [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])];
}

/**
 * What is used of a quota, measured from what there is. The quota is read before the objects, and written only if it still stands as it was read: what is
 * charged in the meantime changes the quota, so nothing that was made is ever left out of a measure that is kept.
 */

import { evaluatorOf } from "../../api/core/quota/evaluators.ts";
import { addUsage, type Evaluator, listOf, type QuotaContext, quantityOf, scopesOf, type Usage, usageOf } from "../../api/core/quota/usage.ts";
import type { KubeObject } from "../../api/kind.ts";
import type { ResourceName } from "../../api/resource.ts";
import type { ResourceQuota, ResourceQuotaStatus } from "../../api/tables/core-v1.ts";
import { type Client, pathOf } from "../../client/client.ts";
import { Quantity } from "../../machinery/quantity/quantity.ts";

const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const PAGE_SIZE = 500;
/** Those whose usage is more than their number. */
const WHOLE: ReadonlySet<string> = new Set(["/pods", "/services", "/persistentvolumeclaims", "resource.k8s.io/resourceclaims"]);

export const isWhole = ({ group, resource }: ResourceName): boolean => WHOLE.has(`${group}/${resource}`);

/** @returns the resources that a quota counts, each with how */
export function countedBy<R extends ResourceName>(
  quota: ResourceQuota,
  served: Iterable<R>,
  context: QuotaContext,
): { resource: R; evaluator: Evaluator; names: readonly string[] }[] {
  const hard = Object.keys(quota.spec.hard ?? {});
  const found = [];
  for (const resource of served) {
    const evaluator = resource.namespaced ? evaluatorOf(resource.group, resource.resource) : undefined;
    const names = evaluator?.names(hard, context) ?? [];
    if (evaluator && names.length > 0) found.push({ resource, evaluator, names });
  }
  return found;
}

/** @returns the status that the quota should have */
export async function measure(client: Client, quota: ResourceQuota, served: Iterable<ResourceName>, context: QuotaContext): Promise<ResourceQuotaStatus> {
  const { namespace = "" } = quota.metadata;
  const hard = quota.spec.hard ?? {};
  const scopes = scopesOf(quota);
  const total: Usage = new Map();
  for (const { resource, evaluator, names } of countedBy(quota, served, context)) {
    const used: Usage = new Map(names.map((name) => [name, Quantity.zero]));
    if (isWhole(resource)) {
      for await (const object of objectsOf(client, resource, namespace)) {
        if (scopes.every((selector) => evaluator.matchesScope(selector, object))) addUsage(used, evaluator.usage(object, context));
      }
    } else if (scopes.length === 0) {
      const count = quantityOf(await numberOf(client, resource, namespace));
      for (const name of names) used.set(name, count);
    }
    addUsage(total, used);
  }
  const known = usageOf(quota.status?.used);
  for (const [name, amount] of total) known.set(name, amount);
  for (const name of known.keys()) if (!Object.hasOwn(hard, name)) known.delete(name);
  return { hard, used: listOf(known) };
}

async function* objectsOf(client: Client, resource: ResourceName, namespace: string): AsyncIterable<KubeObject> {
  let token: string | undefined;
  do {
    const page = await client.list<KubeObject>(resource, namespace, { limit: PAGE_SIZE, ...(token && { continue: token }) });
    yield* page.items;
    token = page.continue;
  } while (token);
}

/** Counts without reading them. */
async function numberOf(client: Client, resource: ResourceName, namespace: string): Promise<number> {
  const path = `${pathOf(resource, namespace)}?limit=1`;
  const { items, metadata } = await client.json<{ items?: unknown[] | null; metadata: { remainingItemCount?: number } }>(
    "GET",
    path,
    undefined,
    undefined,
    METADATA_LIST,
  );
  return (items?.length ?? 0) + (metadata.remainingItemCount ?? 0);
}

/** Deletes what a namespace holds, kind by kind, and tells what is left. */

import type { KubeObject } from "../../api/kind.ts";
import type { ResourceName } from "../../api/resource.ts";
import { type Client, pathOf } from "../../client/client.ts";
import type { Served, ServedResource } from "../../client/discovery.ts";
import { StatusError } from "../../machinery/status/status-error.ts";

export interface Remains {
  /** How many objects of a resource are left: `pods` → 3. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many objects wait for a finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
}

const PARALLEL = 8;

/** Pods go before all else, so that nothing they rely on (a network policy, a secret) is gone while they run (KEP-5080). */
export async function emptyNamespace(client: Client, namespace: string, { resources }: Served): Promise<Remains> {
  const counts = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const failures: string[] = [];
  const deletable = resources.filter(({ namespaced, verbs }) => namespaced && verbs.includes("delete") && verbs.includes("list"));
  const isPod = ({ group, resource }: ResourceName): boolean => group === "" && resource === "pods";

  async function clear(resource: ServedResource): Promise<void> {
    const name = resource.group ? `${resource.resource}.${resource.group}` : resource.resource;
    try {
      const left = await clearResource(client, namespace, resource);
      if (left.length > 0) counts.set(name, left.length);
      for (const finalizer of left.flatMap(({ metadata }) => metadata.finalizers ?? [])) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
    } catch (error) {
      // A kind that went away while we looked has nothing left to delete.
      if (error instanceof StatusError && (error.status.code === 404 || error.status.code === 405)) return;
      failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const pods = deletable.filter(isPod);
  await Promise.all(pods.map(clear));
  if (counts.size > 0 || failures.length > 0) return { counts, finalizers, failures };
  const others = deletable.filter((resource) => !isPod(resource));
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let next = others.shift(); next; next = others.shift()) await clear(next);
    }),
  );
  return { counts, finalizers, failures };
}

async function clearResource(client: Client, namespace: string, resource: ServedResource): Promise<readonly KubeObject[]> {
  const { items } = await client.list<KubeObject>(resource, namespace);
  if (items.length === 0) return [];
  if (resource.verbs.includes("deletecollection")) {
    await client.json("DELETE", pathOf(resource, namespace), { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" });
  } else {
    for (const { metadata } of items) await client.delete(resource, namespace, metadata.name ?? "", { propagationPolicy: "Background" });
  }
  return (await client.list<KubeObject>(resource, namespace)).items;
}

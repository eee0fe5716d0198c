/** What resources a cluster serves, read from its aggregated discovery documents (KEP-3352). */

import type { ResourceName } from "../api/resource.ts";
import type { APIGroupDiscoveryList } from "../api/tables/apidiscovery-v2.ts";
import { type Client, statusError } from "./client.ts";

const ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

export interface ServedResource extends ResourceName {
  readonly verbs: readonly string[];
}

/** The preferred version of every resource, and the groups whose servers didn't answer. */
export interface Served {
  readonly resources: readonly ServedResource[];
  /** `group/version` whose document is stale: its server can't be asked now. */
  readonly unavailable: readonly string[];
}

export async function discover(client: Client): Promise<Served> {
  const lists = await Promise.all(["/api", "/apis"].map((path) => read(client, path)));
  const resources: ServedResource[] = [];
  const unavailable: string[] = [];
  for (const group of lists.flatMap((list) => list.items ?? [])) {
    const seen = new Set<string>();
    for (const { version = "", resources: served = [], freshness } of group.versions ?? []) {
      const name = group.metadata.name ?? "";
      if (freshness === "Stale") unavailable.push(`${name}/${version}`);
      for (const { resource, responseKind, scope, verbs } of served) {
        if (seen.has(resource)) continue;
        seen.add(resource);
        const apiVersion = name ? `${name}/${version}` : version;
        resources.push({ group: name, version, apiVersion, kind: responseKind?.kind ?? "", resource, namespaced: scope === "Namespaced", verbs: verbs ?? [] });
      }
    }
  }
  return { resources, unavailable };
}

async function read(client: Client, path: string): Promise<APIGroupDiscoveryList> {
  const answer = await client.transport.request({ method: "GET", path, accept: ACCEPT });
  const text = answer.body.toString();
  if (answer.code >= 400) throw statusError(answer.code, text);
  return JSON.parse(text) as APIGroupDiscoveryList;
}

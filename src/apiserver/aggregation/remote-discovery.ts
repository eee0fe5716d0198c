/** What an extension server says it serves: the aggregated form where it knows that, else the plain one made into it. [kube-aggregator pkg/apiserver/handler_discovery.go] */

import type { Answered, Connection } from "./connection.ts";
import type { RemoteApi } from "./remote-apis.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

interface Discovered {
  readonly items?: readonly { readonly metadata?: { readonly name?: string }; readonly versions?: readonly DiscoveredVersion[] }[];
}
interface DiscoveredVersion {
  readonly version?: string;
  readonly resources?: readonly AggregatedResource[];
}
interface AggregatedResource {
  readonly responseKind?: object;
  readonly subresources?: readonly { readonly responseKind?: object }[];
}
interface PlainResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** @returns the resources of the API's version in the aggregated form. @throws Error where the server doesn't say */
export async function discoverRemote(connection: Connection, api: RemoteApi, signal: AbortSignal): Promise<readonly object[]> {
  const all = await connection.get(api, "/apis", { accept: AGGREGATED }, signal);
  if (all.code === 503) throw new Error(`Cannot discover ${api.name}: its server answered 503`);
  if (all.code === 200 && /as=APIGroupDiscoveryList/.test(all.headers["content-type"] ?? "")) return aggregatedResources(all, api);
  const path = api.group === "" ? `/api/${api.version}` : `/apis/${api.group}/${api.version}`;
  const own = await connection.get(api, path, { accept: "application/json" }, signal);
  if (own.code !== 200) throw new Error(`Cannot discover ${api.name}: its server answered ${own.code} at ${path}`);
  const { resources = [] } = JSON.parse(own.body.toString()) as { resources?: readonly PlainResource[] };
  return resources.filter(({ name }) => !name.includes("/")).map((resource) => fromPlain(resource, resources));
}

function aggregatedResources({ body }: Answered, { group, version }: RemoteApi): readonly object[] {
  const { items = [] } = JSON.parse(body.toString()) as Discovered;
  const versions = items.filter(({ metadata }) => (metadata?.name ?? "") === group).flatMap((one) => one.versions ?? []);
  return (versions.find((one) => one.version === version)?.resources ?? []).map((resource) => ({
    ...resource,
    responseKind: resource.responseKind ?? NO_KIND, // Old clients can't do without (kubernetes #118361).
    ...(resource.subresources && { subresources: resource.subresources.map((one) => ({ ...one, responseKind: one.responseKind ?? NO_KIND })) }),
  }));
}

const NO_KIND = { group: "", version: "", kind: "" };

function fromPlain(resource: PlainResource, all: readonly PlainResource[]): object {
  const { name, singularName = "", namespaced, verbs = [], shortNames, categories } = resource;
  const subresources = all.filter((one) => one.name.startsWith(`${name}/`));
  return {
    resource: name,
    responseKind: kindOf(resource),
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singularName,
    verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((one) => ({ subresource: one.name.slice(name.length + 1), responseKind: kindOf(one), verbs: one.verbs ?? [] })),
    }),
  };
}

function kindOf({ group = "", version = "", kind = "" }: PlainResource): object {
  return { group, version, kind };
}

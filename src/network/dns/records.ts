/** What names mean in the cluster: a pure function over services and slices (Kubernetes DNS-Based Service Discovery, version 1.1.0). */

import type { Service } from "../../api/tables/core-v1.ts";
import type { Endpoint, EndpointSlice } from "../../api/tables/discovery-v1.ts";

export type Answer =
  | { readonly type: "A" | "AAAA"; readonly name: string; readonly data: string }
  | { readonly type: "CNAME" | "PTR"; readonly name: string; readonly data: string }
  | {
      readonly type: "SRV";
      readonly name: string;
      readonly data: { readonly target: string; readonly port: number; readonly priority: number; readonly weight: number };
    };

/** `undefined`: not a name of the cluster's. `exists: false`: no such name. No answers though it exists: none of the asked type. */
export interface Reply {
  readonly exists: boolean;
  readonly answers: readonly Answer[];
  /** Addresses of the targets in SRV answers. */
  readonly additional: readonly Answer[];
}

export interface Directory {
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, service: string): readonly EndpointSlice[];
  hasNamespace(name: string): boolean;
  /** @returns the names that an address of the cluster has */
  namesOf(address: string): readonly string[];
}

const NOTHING: Reply = { exists: false, answers: [], additional: [] };
const found = (answers: readonly Answer[], additional: readonly Answer[] = []): Reply => ({ exists: true, answers, additional });

/**
 * @param name lower case, without the final dot
 * @param type `A`, `AAAA`, `SRV` …
 * @param domain `cluster.local`
 */
export function resolve(name: string, type: string, domain: string, directory: Directory): Reply | undefined {
  if (name.endsWith(".in-addr.arpa") || name.endsWith(".ip6.arpa")) return reverse(name, type, directory);
  if (name === domain) return found([]);
  if (!name.endsWith(`.${domain}`)) return undefined;
  const labels = name.slice(0, -domain.length - 1).split(".");
  const kind = labels.pop();
  const namespace = labels.pop();
  if (kind === "pod") return podReply(name, type, labels, namespace, directory);
  if (kind !== "svc") return kind === "dns-version" && namespace === undefined ? found([]) : NOTHING;
  if (namespace === undefined) return found([]);
  if (!directory.hasNamespace(namespace)) return NOTHING;
  const serviceName = labels.pop();
  if (serviceName === undefined) return found([]);
  const service = directory.service(namespace, serviceName);
  if (!service) return NOTHING;
  const base = `${serviceName}.${namespace}.svc.${domain}`;
  return serviceReply(name, type, labels, base, service, directory.slices(namespace, serviceName));
}

function serviceReply(name: string, type: string, labels: readonly string[], base: string, service: Service, slices: readonly EndpointSlice[]): Reply {
  const { spec } = service;
  if (spec.type === "ExternalName") return labels.length === 0 && spec.externalName ? found([{ type: "CNAME", name, data: spec.externalName }]) : NOTHING;
  const headless = spec.clusterIP === "None";
  const own = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : []);
  const addresses = headless ? endpointsOf(slices).flatMap(({ endpoint }) => endpoint.addresses ?? []) : own;
  if (labels.length === 0) {
    if (type === "SRV") return srv(name, base, service, slices, undefined);
    return headless && addresses.length === 0 ? NOTHING : found(addressAnswers(name, type, addresses));
  }
  const [first = "", second] = labels;
  if (labels.length === 2 && first.startsWith("_") && second?.startsWith("_"))
    return srv(name, base, service, slices, { port: first.slice(1), protocol: second.slice(1).toUpperCase() });
  if (labels.length === 1 && headless) {
    const named = endpointsOf(slices).filter(({ endpoint }) => hostOf(endpoint) === first);
    return named.length === 0
      ? NOTHING
      : found(
          addressAnswers(
            name,
            type,
            named.flatMap(({ endpoint }) => endpoint.addresses ?? []),
          ),
        );
  }
  return NOTHING;
}

/** One SRV answer a port; of a headless service, one a port and endpoint. */
function srv(
  name: string,
  base: string,
  service: Service,
  slices: readonly EndpointSlice[],
  wanted: { readonly port: string; readonly protocol: string } | undefined,
): Reply {
  const fits = (port: { name?: string; protocol?: string }): boolean =>
    !wanted || ((port.name ?? "") === wanted.port && (port.protocol ?? "TCP") === wanted.protocol);
  const targets =
    service.spec.clusterIP === "None"
      ? endpointsOf(slices).flatMap(({ endpoint, slice }) =>
          (slice.ports ?? []).filter(fits).map(({ port = 0 }) => ({ target: `${hostOf(endpoint)}.${base}`, port, addresses: endpoint.addresses ?? [] })),
        )
      : (service.spec.ports ?? []).filter(fits).map(({ port }) => ({ target: base, port, addresses: service.spec.clusterIPs ?? [] }));
  if (targets.length === 0) return wanted ? NOTHING : found([]);
  const weight = Math.max(Math.floor(100 / targets.length), 1);
  return found(
    targets.map(({ target, port }) => ({ type: "SRV", name, data: { target, port, priority: 0, weight } })),
    targets.flatMap(({ target, addresses }) => addresses.map((data): Answer => ({ type: data.includes(":") ? "AAAA" : "A", name: target, data }))),
  );
}

function endpointsOf(slices: readonly EndpointSlice[]): { readonly endpoint: Endpoint; readonly slice: EndpointSlice }[] {
  return slices.flatMap((slice) => (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).map((endpoint) => ({ endpoint, slice })));
}

/** The endpoint's host name, or its address with dashes. */
function hostOf(endpoint: Endpoint): string {
  return endpoint.hostname ?? (endpoint.addresses?.[0] ?? "").replaceAll(/[.:]/g, "-");
}

/** `10-244-0-3.default.pod.cluster.local`: the address that the name spells, in a namespace that exists. */
function podReply(name: string, type: string, labels: readonly string[], namespace: string | undefined, directory: Directory): Reply {
  if (namespace === undefined) return found([]);
  if (!directory.hasNamespace(namespace)) return NOTHING;
  const [spelt, ...rest] = labels;
  if (spelt === undefined) return found([]);
  const octets = spelt.split("-");
  const valid = rest.length === 0 && octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255);
  return valid ? found(addressAnswers(name, type, [octets.join(".")])) : NOTHING;
}

function addressAnswers(name: string, type: string, addresses: readonly string[]): Answer[] {
  if (type !== "A" && type !== "AAAA") return [];
  return [...new Set(addresses)].filter((address) => address.includes(":") === (type === "AAAA")).map((data) => ({ type, name, data }));
}

function reverse(name: string, type: string, directory: Directory): Reply | undefined {
  const octets = name.endsWith(".in-addr.arpa") ? name.slice(0, -".in-addr.arpa".length).split(".") : [];
  if (octets.length !== 4) return undefined;
  const names = directory.namesOf(octets.toReversed().join("."));
  if (names.length === 0) return undefined;
  return found(type === "PTR" ? names.map((data) => ({ type: "PTR", name, data })) : []);
}

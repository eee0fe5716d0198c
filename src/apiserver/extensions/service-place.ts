/**
 * Where a service is that extends the API: one of its ready endpoints, another at each request. The server's machine has no kube-proxy, so a cluster address
 * leads nowhere from it (k8s.io/apiserver, pkg/util/proxy: the resolver that kube-apiserver has with aggregator routing).
 */

import type { Service } from "../../api/tables/core-v1.ts";
import type { EndpointSlice } from "../../api/tables/discovery-v1.ts";
import type { Random } from "../../machinery/random.ts";
import type { Reader } from "../../security/reader.ts";

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** A service that leads nowhere; the message is Kubernetes'. */
export class NoPlaceError extends Error {
  override name = "NoPlaceError";
}

export interface PlaceOptions {
  readonly reader: Reader;
  readonly random: Random;
}

/** @throws NoPlaceError */
export function placeOfService({ reader, random }: PlaceOptions, namespace: string, name: string, port: number): Place {
  const service = reader.get<Service>("", "services", namespace, name);
  if (!service) throw new NoPlaceError(`service ${JSON.stringify(name)} not found`);
  const { type = "ClusterIP", externalName = "", ports = [], ipFamilies = [] } = service.spec ?? {};
  if (type === "ExternalName") return { host: externalName, port };
  const found = ports.find((one) => one.port === port);
  if (!found) throw new NoPlaceError(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const places = readyPlaces(slicesOf(reader, namespace, name), found.name ?? "", ipFamilies[0]);
  if (places.length === 0) throw new NoPlaceError(`no endpoints available for service ${JSON.stringify(name)}`);
  return places[random.below(places.length)]!;
}

export function slicesOf(reader: Reader, namespace: string, service: string): EndpointSlice[] {
  const all = [...reader.list<EndpointSlice>("discovery.k8s.io", "endpointslices", namespace)];
  return all.filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === service);
}

/** Of the preferred family where it has any. */
function readyPlaces(slices: readonly EndpointSlice[], portName: string, family: string | undefined): Place[] {
  const of = (some: readonly EndpointSlice[]): Place[] =>
    some.flatMap(({ ports = [], endpoints = [] }) => {
      const port = ports.find((one) => (one.name ?? "") === portName)?.port;
      if (port === undefined) return [];
      const ready = endpoints.filter(({ conditions }) => conditions?.ready ?? true);
      return ready.flatMap(({ addresses = [] }) => (addresses[0] === undefined ? [] : [{ host: addresses[0], port: Number(port) }]));
    });
  const preferred = of(slices.filter(({ addressType }) => addressType === family));
  return preferred.length > 0 ? preferred : of(slices.filter(({ addressType }) => addressType !== "FQDN"));
}

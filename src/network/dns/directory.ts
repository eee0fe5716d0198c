/** The directory that names are looked up in, over the informers' caches, with an index from addresses back to names. */

import type { Namespace, Service } from "../../api/tables/core-v1.ts";
import type { EndpointSlice } from "../../api/tables/discovery-v1.ts";
import type { Informer } from "../../client/informer.ts";
import { SERVICE_NAME } from "../services/model.ts";
import type { Directory } from "./records.ts";

export interface DirectorySources {
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly namespaces: Informer<Namespace>;
  readonly domain: string;
}

export function createDirectory({ services, slices, namespaces, domain }: DirectorySources): Directory {
  const byService = new Map<string, Set<EndpointSlice>>();
  /** Address → names; a host name of a headless service's endpoint, or a service's own. */
  const names = new Map<string, Set<string>>();
  const note = (address: string, name: string): unknown => names.set(address, (names.get(address) ?? new Set()).add(name));
  const drop = (address: string, name: string): void => {
    const set = names.get(address);
    set?.delete(name);
    if (set?.size === 0) names.delete(address);
  };

  services.handle((now, old) => {
    for (const [service, change] of [
      [old, drop],
      [now, note],
    ] as const) {
      const base = `${service?.metadata.name}.${service?.metadata.namespace}.svc.${domain}`;
      for (const address of service?.spec.clusterIPs ?? []) if (address !== "None") change(address, base);
    }
  });
  slices.handle((now, old) => {
    for (const [slice, change] of [
      [old, drop],
      [now, note],
    ] as const) {
      if (!slice) continue;
      const service = slice.metadata.labels?.[SERVICE_NAME] ?? "";
      const key = `${slice.metadata.namespace}/${service}`;
      if (slice === now) byService.set(key, (byService.get(key) ?? new Set()).add(slice));
      else byService.get(key)?.delete(slice);
      for (const { hostname, addresses = [] } of slice.endpoints ?? []) {
        if (hostname) for (const address of addresses) change(address, `${hostname}.${service}.${slice.metadata.namespace}.svc.${domain}`);
      }
    }
  });

  return {
    service: (namespace, name) => services.get(namespace, name),
    slices: (namespace, service) => [...(byService.get(`${namespace}/${service}`) ?? [])],
    hasNamespace: (name) => namespaces.get("", name) !== undefined,
    namesOf: (address) => [...(names.get(address) ?? [])].toSorted(),
  };
}

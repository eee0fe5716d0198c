/** The variables that tell a container of the Services it may use, in both old forms (`X_SERVICE_HOST` and Docker's links). */

import type { Service } from "../../../api/tables/core-v1.ts";

/** @param links whether the pod wants the services of its namespace; `default/kubernetes` is told always */
export function serviceVariables(services: readonly Service[], namespace: string, links: boolean): Map<string, string> {
  const told = new Map<string, Service>();
  for (const service of services) {
    const { name = "", namespace: home } = service.metadata;
    const ip = service.spec?.clusterIP;
    if (!ip || ip === "None") continue;
    // The namespace's own `kubernetes` wins over the cluster's.
    if (home === namespace && links) told.set(name, service);
    else if (home === "default" && name === "kubernetes" && !told.has(name)) told.set(name, service);
  }
  return new Map([...told].flatMap(([name, service]) => variablesOf(name, service)));
}

function variablesOf(service: string, { spec }: Service): [string, string][] {
  const prefix = environmentName(service);
  const ip = spec?.clusterIP ?? "";
  const ports = spec?.ports ?? [];
  const host = ip.includes(":") ? `[${ip}]` : ip;
  const first = ports[0];
  if (!first) return [[`${prefix}_SERVICE_HOST`, ip]];
  const url = (port: (typeof ports)[number]) => `${(port.protocol ?? "TCP").toLowerCase()}://${host}:${port.port}`;
  return [
    [`${prefix}_SERVICE_HOST`, ip],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap((port): [string, string][] => (port.name ? [[`${prefix}_SERVICE_PORT_${environmentName(port.name)}`, String(port.port)]] : [])),
    [`${prefix}_PORT`, url(first)],
    ...ports.flatMap((port): [string, string][] => {
      const link = `${prefix}_PORT_${port.port}_${(port.protocol ?? "TCP").toUpperCase()}`;
      return [
        [link, url(port)],
        [`${link}_PROTO`, (port.protocol ?? "TCP").toLowerCase()],
        [`${link}_PORT`, String(port.port)],
        [`${link}_ADDR`, ip],
      ];
    }),
  ];
}

function environmentName(text: string): string {
  return text.replaceAll("-", "_").toUpperCase();
}

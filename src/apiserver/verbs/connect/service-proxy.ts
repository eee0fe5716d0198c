/** services/proxy: HTTP to one of a service's ready pods. */

import type { Pod, Service } from "../../../api/tables/core-v1.ts";
import type { Endpoint, EndpointSlice } from "../../../api/tables/discovery-v1.ts";
import { PURPOSES } from "../../../machinery/dialer.ts";
import { notFound, serviceUnavailable } from "../../../machinery/status/status-error.ts";
import type { Call } from "../../call.ts";
import { ANY_TLS, proxy } from "./proxy.ts";
import { type ProxyName, proxyName } from "./proxy-name.ts";
import { admitConnect } from "./session.ts";

export async function serviceProxy(call: Call): Promise<void> {
  const { attributes, context, exchange } = call;
  await admitConnect(call, { path: attributes.tail });
  const asked = proxyName("service", attributes.name);
  const { outgoing, random } = context;
  if (!outgoing) throw serviceUnavailable("this server reaches no services");
  const places = placesOf(call, asked.name, await portNameOf(call, asked));
  const place = places.length > 0 ? places[random.below(places.length)] : undefined;
  if (!place) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(asked.name)}`);
  const target = { purpose: PURPOSES.proxy, ...place, signal: exchange.signal };
  await proxy(call, { outgoing, target, facts: asked.secure ? ANY_TLS : undefined });
}

/** A port is asked for by its name, or by the number that the service gives it. */
async function portNameOf(call: Call, { name, port }: ProxyName): Promise<string> {
  if (!/^\d+$/.test(port)) return port;
  const service = await call.context.reader.getFresh<Service & { metadata: object }>("", "services", call.attributes.namespace, name);
  if (!service) throw notFound({ group: "", resource: "services" }, name);
  const found = service.spec?.ports?.find((one) => String(one.port) === port);
  if (!found) throw serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
  return found.name ?? "";
}

function placesOf({ context, attributes }: Call, service: string, portName: string): { host: string; port: number }[] {
  const places: { host: string; port: number }[] = [];
  for (const slice of context.reader.list<EndpointSlice & { metadata: object }>("discovery.k8s.io", "endpointslices", attributes.namespace)) {
    if (slice.metadata.labels?.["kubernetes.io/service-name"] !== service || slice.addressType === "FQDN") continue;
    const port = slice.ports?.find((one) => (one.name ?? "") === portName)?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const host = endpoint.addresses?.[0];
      if (host !== undefined && (endpoint.conditions?.ready ?? true) && isPods(endpoint, host)) places.push({ host, port: Number(port) });
    }
  }
  return places;

  /** Whoever may write slices must not make the server connect to what isn't a pod (CVE-2021-25740). */
  function isPods({ targetRef }: Endpoint, address: string): boolean {
    if (targetRef?.kind !== "Pod" || !targetRef.name) return false;
    const pod = context.reader.get<Pod & { metadata: object }>("", "pods", attributes.namespace, targetRef.name);
    return [pod?.status?.podIP, ...(pod?.status?.podIPs ?? []).map(({ ip }) => ip)].includes(address);
  }
}

/** Services and their endpoints as the node's packet filter needs them: addresses and ports, nothing else. */

import type { Service } from "../../api/tables/core-v1.ts";
import type { Endpoint, EndpointSlice } from "../../api/tables/discovery-v1.ts";

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** One way in: a service address and port, a node port, or a pod's host port. */
export interface Door {
  /** Undefined: every address of the node itself. */
  readonly address: string | undefined;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly targets: readonly Target[];
  /** The same client comes to the same target while the targets stay. */
  readonly sticky: boolean;
  /** The source is hidden behind this node, so that the answer comes back through it. */
  readonly masquerade: boolean;
}

export const SERVICE_NAME = "kubernetes.io/service-name";
const PROXY_NAME = "service.kubernetes.io/service-proxy-name";

/** @param slicesOf the slices of a service @returns the doors that this node opens for a service */
export function doorsOf(service: Service, slices: readonly EndpointSlice[], node: string): Door[] {
  const { spec, metadata } = service;
  const address = spec.clusterIP;
  if (!address || address === "None" || address.includes(":") || metadata.labels?.[PROXY_NAME] !== undefined) return [];
  const sticky = spec.sessionAffinity === "ClientIP";
  return (spec.ports ?? []).flatMap(({ name, port, nodePort, protocol = "TCP" }): Door[] => {
    if (protocol !== "TCP" && protocol !== "UDP") return []; // SCTP has no module in the kernels that we know of.
    const way = { protocol: protocol === "TCP" ? ("tcp" as const) : ("udp" as const), sticky };
    const all = targetsOf(slices, name ?? "", protocol);
    const local = all.filter((target) => target.node === node);
    const inside = spec.internalTrafficPolicy === "Local" ? local : all;
    const outside = spec.externalTrafficPolicy === "Local" ? local : all;
    const doors: Door[] = [{ ...way, address, port, targets: choose(inside), masquerade: false }];
    if (nodePort) doors.push({ ...way, address: undefined, port: nodePort, targets: choose(outside), masquerade: spec.externalTrafficPolicy !== "Local" });
    for (const { ip } of service.status?.loadBalancer?.ingress ?? []) {
      if (ip && !ip.includes(":")) doors.push({ ...way, address: ip, port, targets: choose(outside), masquerade: spec.externalTrafficPolicy !== "Local" });
    }
    return doors;
  });
}

interface Candidate extends Target {
  readonly node: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
}

function targetsOf(slices: readonly EndpointSlice[], portName: string, protocol: string): Candidate[] {
  return slices
    .filter(({ addressType }) => addressType === "IPv4")
    .flatMap(({ ports, endpoints }) => {
      const port = ports?.find((one) => (one.name ?? "") === portName && (one.protocol ?? "TCP") === protocol)?.port;
      return port === undefined ? [] : (endpoints ?? []).flatMap((endpoint) => candidates(endpoint, port));
    });
}

function candidates({ addresses, conditions, nodeName }: Endpoint, port: number): Candidate[] {
  const ready = conditions?.ready !== false;
  return (addresses ?? []).map((address) => ({ address, port, node: nodeName, ready, serving: conditions?.serving ?? ready }));
}

/** Those that are ready; where none is, those that end but still serve (KEP-1669). In a fixed order, each once. */
function choose(all: readonly Candidate[]): Target[] {
  const ready = all.filter((target) => target.ready);
  const chosen = ready.length > 0 ? ready : all.filter((target) => target.serving);
  const unique = new Map(chosen.map(({ address, port }) => [`${address}:${port}`, { address, port }]));
  return [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}

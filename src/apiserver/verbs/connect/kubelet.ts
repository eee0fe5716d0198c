/** The way to a node's agent: where it is by its Node, who it must prove to be, and what it said it can do. */

import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { Node } from "../../../api/tables/core-v1.ts";
import { ForbiddenAddressError, PURPOSES, RedirectError, type Target, type TlsFacts } from "../../../machinery/dialer.ts";
import { unclassified } from "../../../machinery/patch/failures.ts";
import { badRequest, internalError, notFound, StatusError, serviceUnavailable } from "../../../machinery/status/status-error.ts";
import type { UpgradeBackend } from "../../../machinery/streams/upgrade.ts";
import type { Call } from "../../call.ts";
import type { Outgoing } from "../../outgoing.ts";

export interface Kubelet {
  readonly outgoing: Outgoing;
  readonly target: Target;
  readonly facts: TlsFacts;
  readonly features: readonly string[];
}

/** Names would have to be resolved by whoever the API server asks: addresses come first. */
const ADDRESS_TYPES = ["InternalIP", "ExternalIP", "InternalDNS", "Hostname"];
const DEFAULT_PORT = 10_250;

/** @throws StatusError where the node, its address or this server's own credential is missing */
export async function kubeletOf(call: Call, nodeName: string): Promise<Kubelet> {
  const { outgoing, reader } = call.context;
  if (!outgoing?.kubelet) throw serviceUnavailable("this server has no credential for kubelets");
  const node = await reader.getFresh<Node & { metadata: object }>("", "nodes", "", nodeName);
  if (!node) throw notFound({ group: "", resource: "nodes" }, nodeName);
  const { addresses = [], daemonEndpoints, declaredFeatures = [] } = node.status ?? {};
  const host = ADDRESS_TYPES.flatMap((type) => addresses.find((one) => one.type === type)?.address || [])[0];
  if (host === undefined) throw unclassified(`no preferred addresses found; known addresses: [${addresses.map((one) => one.address).join(" ")}]`);
  const { certificate, key, servingCa } = outgoing.kubelet;
  return {
    outgoing,
    target: { purpose: PURPOSES.kubelet, host, port: Number(daemonEndpoints?.kubeletEndpoint?.Port ?? 0) || DEFAULT_PORT, signal: call.exchange.signal },
    facts: { ca: servingCa, cert: certificate, key, checkServer: (shown) => wrongServer(shown, host, nodeName) },
    features: declaredFeatures,
  };
}

/** The certificate must be for the address and carry the node's own name: another node's, for an address that it took over, is not enough (T7-05). */
function wrongServer(certificate: PeerCertificate, host: string, nodeName: string): Error | undefined {
  const named = certificate.subject?.CN;
  if (named !== `system:node:${nodeName}`) return new Error(`the server at ${host} is ${JSON.stringify(named)} and not node ${JSON.stringify(nodeName)}`);
  return checkServerIdentity(host, certificate);
}

/** @returns how a session is opened at a path of the kubelet; a connection that fails is a StatusError in Kubernetes' words */
export function kubeletBackend({ outgoing, target, facts }: Kubelet, path: string): UpgradeBackend {
  return async (request) => {
    try {
      return await outgoing.dialer.upgrade(target, facts, { ...request, path });
    } catch (error) {
      throw dialFailure(error);
    }
  };
}

/** @returns what a failed connection is to the client */
export function dialFailure(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof ForbiddenAddressError) return badRequest("address not allowed");
  if (error instanceof RedirectError) return internalError("redirects forbidden");
  return unclassified(`error dialing backend: ${error instanceof Error ? error.message : String(error)}`);
}

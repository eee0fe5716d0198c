/** The session of an exec, attach or port-forward: from whoever called to the runtime's streaming server, which does the work. */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { PURPOSES } from "../../machinery/dialer.ts";
import { HandshakeError, refusalText } from "../../machinery/streams/bridge-command.ts";
import { asksForUpgrade, type UpgradeBackend, type UpgradeClient } from "../../machinery/streams/upgrade.ts";
import type { AgentContext } from "../pods/context.ts";
import { NodeApiError, type RouteCall } from "./node-api.ts";

/** @throws NodeApiError 400 for a request that asks for no upgrade */
export function upgradeClient({ request, signal }: RouteCall, socket: Duplex, head: Buffer): UpgradeClient {
  if (!asksForUpgrade(request.headers)) throw new NodeApiError(400, "Upgrade request required");
  return {
    method: request.method ?? "",
    headers: request.headers,
    values: (name) => request.headersDistinct[name] ?? [],
    take: () => (signal.aborted ? undefined : { socket, head }),
  };
}

/** @param url a one-time address of the runtime's streaming server, which listens on the node's loopback */
export function runtimeBackend({ dialer }: AgentContext, url: string): UpgradeBackend {
  const { hostname, port, pathname, search } = new URL(url);
  return (request) =>
    dialer.upgrade({ purpose: PURPOSES.runtime, host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) }, undefined, {
      ...request,
      path: `${pathname}${search}`,
    });
}

/** Hands a refusal on as this node's own. @throws NodeApiError always */
export async function refused(response: IncomingMessage): Promise<never> {
  throw new NodeApiError(response.statusCode ?? 502, await refusalText(response));
}

/** @returns what a failed handshake is to the caller */
export function handshakeFailure(error: unknown): unknown {
  return error instanceof HandshakeError ? new NodeApiError(error.code, error.message) : error;
}

/** `/portForward`: connections to ports inside a pod's network. */

import type { Duplex } from "node:stream";
import { tunnelled, tunnelSpdy } from "../../machinery/streams/tunnel.ts";
import { relayUpgrade } from "../../machinery/streams/upgrade.ts";
import { type NodeApi, NodeApiError, type RouteCall, type StreamRoute } from "./node-api.ts";
import { handshakeFailure, refused, runtimeBackend, upgradeClient } from "./session.ts";

const PORT_MAX = 65_535;

export const portForward: StreamRoute = {
  pattern: "/portForward/:namespace/:pod",
  async upgrade(api: NodeApi, call: RouteCall, socket: Duplex, head: Buffer): Promise<void> {
    const { namespace = "", pod: name = "" } = call.path;
    const worker = api.workers.find(namespace, name);
    if (!worker) throw new NodeApiError(404, "pod does not exist");
    const sandbox = worker.view.seen.sandboxes.find(({ ready }) => ready);
    if (!sandbox) throw new NodeApiError(404, `not able to find the sandbox of pod ${JSON.stringify(name)}`);
    const client = upgradeClient(call, socket, head);
    const backend = runtimeBackend(api.context, await api.context.runtime.portForwardUrl(sandbox.id, portsOf(call.query)));
    try {
      const answer = await (tunnelled(client).length > 0 ? tunnelSpdy(client, backend) : relayUpgrade(client, backend));
      if (answer) await refused(answer);
    } catch (error) {
      throw handshakeFailure(error);
    }
  },
};

/** Clients of SPDY name a port with each connection; those of WebSocket channels in the request. */
function portsOf(query: URLSearchParams): number[] {
  return query
    .getAll("port")
    .flatMap((one) => one.split(","))
    .filter((one) => one !== "")
    .map((one) => {
      const port = /^\d+$/.test(one) ? Number(one) : 0;
      if (port < 1 || port > PORT_MAX) throw new NodeApiError(400, `invalid port ${JSON.stringify(one)}`);
      return port;
    });
}

/** pods/portforward: connections to a pod's ports, by SPDY, by SPDY inside a WebSocket, or by the older channels of a WebSocket. */

import { badRequest } from "../../../machinery/status/status-error.ts";
import { tunnelled, tunnelSpdy } from "../../../machinery/streams/tunnel.ts";
import { relayUpgrade } from "../../../machinery/streams/upgrade.ts";
import { asksForWebSocket } from "../../../machinery/streams/websocket-handshake.ts";
import type { Call } from "../../call.ts";
import { WEBSOCKET_FEATURE } from "./command.ts";
import { kubeletBackend, kubeletOf } from "./kubelet.ts";
import { nodeNameOf, podOf } from "./pod.ts";
import { admitConnect, authorizeCreate, handshakeFailure, relayRefusal, upgradeClient } from "./session.ts";

export async function portForward(call: Call): Promise<void> {
  const { namespace, name } = call.attributes;
  const ports = call.query.getAll("ports").map(portOf);
  await admitConnect(call, ports.length > 0 ? { ports } : {});
  await authorizeCreate(call);
  const kubelet = await kubeletOf(call, nodeNameOf(await podOf(call, name)));
  const query = ports.length > 0 ? `?port=${ports.join(",")}` : "";
  const backend = kubeletBackend(kubelet, `/portForward/${namespace}/${name}${query}`);
  const client = upgradeClient(call);
  const translated = asksForWebSocket(client.headers) && tunnelled(client).length > 0 && !kubelet.features.includes(WEBSOCKET_FEATURE);
  try {
    const refused = await (translated ? tunnelSpdy(client, backend) : relayUpgrade(client, backend));
    if (refused) await relayRefusal(call, refused);
  } catch (error) {
    throw handshakeFailure(error);
  }
}

function portOf(text: string): number {
  if (!/^\d+$/.test(text)) throw badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

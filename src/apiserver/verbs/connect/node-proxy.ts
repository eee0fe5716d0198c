/** nodes/proxy: HTTP to a node's agent, or to another port of the node. */

import { PURPOSES } from "../../../machinery/dialer.ts";
import { asksForUpgrade } from "../../../machinery/streams/upgrade.ts";
import type { Call } from "../../call.ts";
import { kubeletOf } from "./kubelet.ts";
import { ANY_TLS, proxy } from "./proxy.ts";
import { portNumber, proxyName } from "./proxy-name.ts";
import { admitConnect, authorizeCreate } from "./session.ts";

export async function nodeProxy(call: Call): Promise<void> {
  const { attributes, exchange } = call;
  await admitConnect(call, { path: attributes.tail });
  // A WebSocket comes by GET and can run commands at the agent: reading is not enough for it.
  if (asksForUpgrade(exchange.headers)) await authorizeCreate(call);
  const { secure, name, port } = proxyName("node", attributes.name);
  const { outgoing, target, facts } = await kubeletOf(call, name);
  if (port === "" || Number(port) === target.port) return proxy(call, { outgoing, target, facts });
  const elsewhere = { purpose: PURPOSES.proxy, host: target.host, port: portNumber(port), signal: exchange.signal };
  await proxy(call, { outgoing, target: elsewhere, facts: secure ? ANY_TLS : undefined });
}

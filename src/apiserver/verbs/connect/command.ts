/** pods/exec and pods/attach: a command's streams, by WebSocket or SPDY (KEP-4006). */

import { bridgeCommand } from "../../../machinery/streams/bridge-command.ts";
import { relayUpgrade } from "../../../machinery/streams/upgrade.ts";
import { asksForWebSocket } from "../../../machinery/streams/websocket-handshake.ts";
import type { Call, Handler } from "../../call.ts";
import { flag, text } from "../query.ts";
import { kubeletBackend, kubeletOf } from "./kubelet.ts";
import { containerOf, nodeNameOf, podOf } from "./pod.ts";
import { admitConnect, authorizeCreate, handshakeFailure, relayRefusal, upgradeClient } from "./session.ts";

/** A node that declares this takes WebSockets itself (KEP-4006's second half). */
export const WEBSOCKET_FEATURE = "ExtendWebSocketsToKubelet";

export const exec: Handler = (call) => command(call, "exec");
export const attach: Handler = (call) => command(call, "attach");

async function command(call: Call, door: "exec" | "attach"): Promise<void> {
  const { query, attributes } = call;
  const asked = {
    stdin: flag(query, "stdin") ?? false,
    stdout: flag(query, "stdout") ?? false,
    stderr: flag(query, "stderr") ?? false,
    tty: flag(query, "tty") ?? false,
  };
  const words = door === "exec" ? query.getAll("command") : [];
  const container = text(query, "container");
  await admitConnect(call, { ...asked, ...(container && { container }), ...(words.length > 0 && { command: words }) });
  await authorizeCreate(call);
  const pod = await podOf(call, attributes.name);
  const chosen = containerOf(pod, container);
  const kubelet = await kubeletOf(call, nodeNameOf(pod));
  const params = new URLSearchParams();
  // What the kubelet calls them (pkg/apis/core, ExecStdinParam and its like).
  for (const [name, param] of [
    ["stdin", "input"],
    ["stdout", "output"],
    ["stderr", "error"],
    ["tty", "tty"],
  ] as const)
    if (asked[name]) params.append(param, "1");
  for (const word of words) params.append("command", word);
  const backend = kubeletBackend(kubelet, `/${door}/${attributes.namespace}/${attributes.name}/${chosen}?${params}`);
  const client = upgradeClient(call);
  try {
    if (asksForWebSocket(client.headers) && !kubelet.features.includes(WEBSOCKET_FEATURE)) return await bridgeCommand(client, backend, asked);
    const refused = await relayUpgrade(client, backend);
    if (refused) await relayRefusal(call, refused);
  } catch (error) {
    throw handshakeFailure(error);
  }
}

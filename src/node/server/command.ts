/** `/exec` and `/attach`: commands in a container, by SPDY or WebSocket. */

import type { Duplex } from "node:stream";
import { bridgeCommand } from "../../machinery/streams/bridge-command.ts";
import { protocolsOf, relayUpgrade } from "../../machinery/streams/upgrade.ts";
import { findContainer } from "../pods/agent-pod.ts";
import { isRunning } from "../pods/seen.ts";
import { type NodeApi, NodeApiError, type RouteCall, type StreamRoute } from "./node-api.ts";
import { handshakeFailure, refused, runtimeBackend, upgradeClient } from "./session.ts";

export const exec: StreamRoute = { pattern: "/exec/:namespace/:pod/:container", upgrade: (...call) => command("exec", ...call) };
export const attach: StreamRoute = { pattern: "/attach/:namespace/:pod/:container", upgrade: (...call) => command("attach", ...call) };

/** The only protocol that can end stdin and that the runtime doesn't speak. */
const TRANSLATED = "v5.channel.k8s.io";

async function command(door: "exec" | "attach", api: NodeApi, call: RouteCall, socket: Duplex, head: Buffer): Promise<void> {
  const { path, query } = call;
  const { namespace = "", pod: podName = "", container: name = "" } = path;
  const worker = api.workers.find(namespace, podName);
  if (!worker) throw new NodeApiError(404, "pod does not exist");
  const { pod, view } = worker;
  const asked = { stdin: query.get("input") === "1", stdout: query.get("output") === "1", stderr: query.get("error") === "1", tty: query.get("tty") === "1" };
  if (asked.tty) asked.stderr = false; // A terminal's output is one.
  if (!asked.stdin && !asked.stdout && !asked.stderr) throw new NodeApiError(400, "you must specify at least 1 of stdin, stdout, stderr");
  const running = view.seen.containers.find((one) => one.name === name && isRunning(one));
  if (!running) throw new NodeApiError(404, `container not found (${JSON.stringify(name)})`);
  const { runtime } = api.context;
  const request = { ...asked, containerId: running.id, command: query.getAll("command") };
  // A container that reads a terminal is attached to as one, whatever the client asked, as by every kubelet.
  if (door === "attach") request.tty = findContainer(pod.spec, name)?.container.tty ?? false;
  const url = await (door === "exec" ? runtime.execUrl(request) : runtime.attachUrl(request));
  const backend = runtimeBackend(api.context, url);
  const client = upgradeClient(call, socket, head);
  try {
    if (protocolsOf(client.headers).includes(TRANSLATED)) return await bridgeCommand(client, backend, request);
    const answer = await relayUpgrade(client, backend);
    if (answer) await refused(answer);
  } catch (error) {
    throw handshakeFailure(error);
  }
}

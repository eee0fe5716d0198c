/** A remote command's streams over SPDY: the client opens one for each, named by its `streamtype` (client-go, tools/remotecommand/v4.go). */

import { CHANNELS, type ChannelName, type CommandAsked } from "./command-streams.ts";
import type { PushedStream } from "./pushed-stream.ts";
import type { SpdyConnection } from "./spdy-connection.ts";

/** What the client asks for in `X-Stream-Protocol-Version`: the form whose error stream carries a Status. */
export const COMMAND_PROTOCOL = "v4.channel.k8s.io";
export const PROTOCOL_HEADER = "x-stream-protocol-version";
export const SPDY_31 = "SPDY/3.1";

export type SpdyCommand = Partial<Record<ChannelName, PushedStream>> & { readonly error: PushedStream };

/** @returns the headers that ask a server for SPDY */
export function spdyRequestHeaders(...protocols: string[]): Record<string, string | readonly string[]> {
  return { connection: "Upgrade", upgrade: SPDY_31, ...(protocols.length > 0 && { [PROTOCOL_HEADER]: protocols }) };
}

/** What the client only reads. */
const READ: ReadonlySet<ChannelName> = new Set(["error", "stdout", "stderr"]);

/**
 * Opens a command's streams, the error stream first as the server expects. What is only read is ended here at once: to end it once it has been read might meet
 * a server that has already gone, whose kernel then takes back what it sent last, the exit code.
 */
export function openCommand(connection: SpdyConnection, asked: CommandAsked): SpdyCommand {
  const wanted: Record<ChannelName, boolean> = { error: true, stdin: asked.stdin, stdout: asked.stdout, stderr: asked.stderr && !asked.tty, resize: asked.tty };
  const open = (name: ChannelName): PushedStream => {
    const { stream } = connection.open(new Map([["streamtype", name]]));
    if (READ.has(name)) stream.end();
    return stream;
  };
  const error = open("error");
  const others = CHANNELS.filter((name) => name !== "error" && wanted[name]).map((name) => [name, open(name)] as const);
  return Object.assign({ error }, Object.fromEntries(others));
}

/** Bridges a WebSocket client to a backend that takes remote commands by SPDY: half-closed stdin, which SPDY alone has, works from end to end. */

import type { IncomingMessage } from "node:http";
import { internalError, StatusError } from "../status/status-error.ts";
import { type ChannelProtocol, chooseProtocol } from "./channel-protocol.ts";
import { channelStreams } from "./channel-streams.ts";
import type { CommandAsked } from "./command-streams.ts";
import { COMMAND_PROTOCOL, openCommand, spdyRequestHeaders } from "./spdy-command.ts";
import { SpdyConnection } from "./spdy-connection.ts";
import { carryCommand } from "./translate-command.ts";
import { protocolsOf, type UpgradeBackend, type UpgradeClient } from "./upgrade.ts";
import { WebSocketConnection } from "./websocket.ts";
import { CLOSE } from "./websocket-frames.ts";
import { handshakeFault, openingAnswer } from "./websocket-handshake.ts";

/** A handshake that can't be answered. */
export class HandshakeError extends Error {
  override name = "HandshakeError";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** An error's text may be the backend's own: so much of it is told. */
const REFUSAL_MAX_BYTES = 50_000;
const SUCCESS = JSON.stringify({ metadata: {}, status: "Success" });

/**
 * @returns once the session is over. What goes wrong after the handshake is told to the client on its error channel.
 * @throws HandshakeError before anything was answered
 */
export async function bridgeCommand(client: UpgradeClient, backend: UpgradeBackend, asked: CommandAsked): Promise<void> {
  const fault = handshakeFault(client.method, client.headers);
  if (fault) throw new HandshakeError(400, fault);
  const protocol = chooseProtocol(protocolsOf(client.headers));
  if (!protocol) throw new HandshakeError(403, "none of the offered subprotocols is served");
  const taken = client.take();
  if (!taken) return;
  taken.socket.write(openingAnswer(client.headers, protocol.name));
  const connection = new WebSocketConnection(taken);
  const streams = channelStreams(connection, protocol, asked);
  const status = await run();
  const said = statusText(protocol, status);
  if (said) await new Promise<void>((resolve) => streams.error.write(said, () => resolve()));
  connection.close(CLOSE.normal);
  await connection.closed;

  async function run(): Promise<string> {
    let spdy: SpdyConnection | undefined;
    try {
      const answer = await backend({ method: "POST", headers: spdyRequestHeaders(COMMAND_PROTOCOL) });
      if (!answer.upgraded) return failure(`unable to upgrade connection: ${await refusalText(answer.response)}`);
      spdy = new SpdyConnection({ socket: answer.socket, head: answer.head, side: "client" });
      const opened = spdy;
      void connection.closed.then(() => opened.close()); // A client that has gone leaves nobody to run for.
      return (await carryCommand(streams, openCommand(spdy, asked))) || failure("the connection to the backend was lost");
    } catch (error) {
      return failure(error);
    } finally {
      spdy?.close();
    }
  }
}

function failure(error: unknown): string {
  const { message, reason, details, code } = error instanceof StatusError ? error.status : internalError(error).status;
  return JSON.stringify({ metadata: {}, status: "Failure", message, reason, ...(details && { details }), code });
}

/** @returns what the error channel carries: older protocols get a failure's words, and nothing for success */
function statusText(protocol: ChannelProtocol, status: string): string {
  if (protocol.status) return status;
  if (status === SUCCESS) return "";
  try {
    const { status: outcome, message } = JSON.parse(status);
    return outcome === "Success" ? "" : String(message);
  } catch {
    return status;
  }
}

/** @returns the message of a Status, or the text as it is */
export async function refusalText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes >= REFUSAL_MAX_BYTES) break;
  }
  const text = Buffer.concat(chunks).subarray(0, REFUSAL_MAX_BYTES).toString().trim();
  try {
    const status = JSON.parse(text);
    if (status.kind === "Status" && typeof status.message === "string") return status.message;
  } catch {} // Plain words.
  return text;
}

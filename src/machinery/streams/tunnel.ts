/** SPDY inside a WebSocket: `SPDY/3.1+portforward.k8s.io` (KEP-4006). The WebSocket's binary messages are the bytes of the SPDY connection behind it. */

import type { IncomingMessage } from "node:http";
import { HandshakeError } from "./bridge-command.ts";
import { join } from "./join.ts";
import { PushedStream } from "./pushed-stream.ts";
import { PROTOCOL_HEADER, spdyRequestHeaders } from "./spdy-command.ts";
import { protocolsOf, type UpgradeBackend, type UpgradeClient } from "./upgrade.ts";
import { WebSocketConnection } from "./websocket.ts";
import { handshakeFault, openingAnswer } from "./websocket-handshake.ts";

const PREFIX = "SPDY/3.1+";

/** @returns the SPDY protocols that a client offers to speak inside a WebSocket */
export function tunnelled(client: UpgradeClient): string[] {
  return protocolsOf(client.headers).flatMap((one) => (one.startsWith(PREFIX) && one.endsWith(".k8s.io") ? [one.slice(PREFIX.length)] : []));
}

/** @returns a WebSocket's binary messages as one stream of bytes */
export function byteStream(connection: WebSocketConnection): PushedStream {
  const stream = new PushedStream({
    send: (data) => connection.send(data),
    end: () => connection.close(),
    gone: () => connection.close(),
  });
  void connection.read((piece) => stream.deliver(piece.data)).then(() => stream.deliverEnd());
  return stream;
}

/**
 * Asks the backend for SPDY, then carries its bytes in the client's WebSocket.
 * @returns undefined once the session is over; the backend's answer where it refused
 * @throws HandshakeError before anything was answered
 */
export async function tunnelSpdy(client: UpgradeClient, backend: UpgradeBackend): Promise<IncomingMessage | undefined> {
  const fault = handshakeFault(client.method, client.headers);
  if (fault) throw new HandshakeError(400, fault);
  const answer = await backend({ method: "POST", headers: spdyRequestHeaders(...tunnelled(client)) });
  if (!answer.upgraded) return answer.response;
  const chosen = answer.response.headers[PROTOCOL_HEADER];
  const taken = client.take();
  if (!taken || typeof chosen !== "string") {
    answer.socket.destroy();
    taken?.socket.destroy();
    return undefined;
  }
  taken.socket.write(openingAnswer(client.headers, `${PREFIX}${chosen}`));
  const stream = byteStream(new WebSocketConnection(taken));
  if (answer.head.length > 0) stream.write(answer.head);
  await join(stream, answer.socket);
  return undefined;
}

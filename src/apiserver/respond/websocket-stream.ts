/** A watch over a WebSocket: each event is one frame, text for JSON (k8s.io/apiserver, pkg/endpoints/handlers/watch.go). */

import { badRequest } from "../../machinery/status/status-error.ts";
import { WebSocketConnection } from "../../machinery/streams/websocket.ts";
import { asksForWebSocket, handshakeFault, openingAnswer } from "../../machinery/streams/websocket-handshake.ts";
import type { Call } from "../call.ts";
import type { AnswerStream } from "../http/exchange.ts";
import { drained } from "../http/pump.ts";

/**
 * @param text whether events are text
 * @returns undefined for a request that asks for no WebSocket
 * @throws StatusError 400 for a handshake that isn't one; browsers name their origin, and so must whoever acts as one
 */
export function webSocketStream(call: Call, text: boolean): AnswerStream | undefined {
  const { exchange } = call;
  if (!asksForWebSocket(exchange.headers)) return undefined;
  const fault = exchange.headers.origin === undefined ? "the Origin header is missing" : handshakeFault(exchange.method, exchange.headers);
  if (fault !== undefined) throw badRequest(fault);
  const taken = exchange.takeSocket();
  if (!taken) return undefined;
  const { socket, head } = taken;
  socket.write(openingAnswer(exchange.headers, "", { "Audit-Id": call.auditId }));
  const connection = new WebSocketConnection({ socket, head });
  const gone = new AbortController();
  void connection.read(() => {}).finally(() => gone.abort()); // What a watcher says is not listened to; that it closes is.
  void connection.closed.then(() => gone.abort());
  return {
    signal: gone.signal,
    write(chunk) {
      void connection.send(chunk.at(-1) === NEWLINE ? chunk.subarray(0, -1) : chunk, text);
      return socket.writableLength;
    },
    writeAll(chunks) {
      for (const chunk of chunks) this.write(chunk);
      return socket.writableLength;
    },
    queued: () => socket.writableLength,
    drained: () => drained(socket),
    end: () => connection.close(),
    abort: () => void socket.destroy(),
  };
}

const NEWLINE = 0x0a;

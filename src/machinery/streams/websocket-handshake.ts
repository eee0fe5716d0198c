/** The opening handshake of a WebSocket (RFC 6455, section 4), both halves. */

import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const VERSION = "13";

/** Whether a request asks for a WebSocket. */
export function asksForWebSocket(headers: IncomingHttpHeaders): boolean {
  return headers.upgrade?.toLowerCase() === "websocket" && /\bupgrade\b/i.test(headers.connection ?? "");
}

/** @returns the subprotocols that a client offers, in its order */
export function offeredProtocols(headers: IncomingHttpHeaders): string[] {
  const offered = headers["sec-websocket-protocol"];
  return typeof offered === "string" ? offered.split(",").flatMap((one) => one.trim() || []) : [];
}

/** @returns the headers of a client's request */
export function requestHeaders(key: string, protocols: readonly string[]): Record<string, string> {
  return {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": VERSION,
    "sec-websocket-key": key,
    ...(protocols.length > 0 && { "sec-websocket-protocol": protocols.join(", ") }),
  };
}

function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}${GUID}`).digest("base64"); // Not a secret: it shows that the peer knows the protocol.
}

/** @returns why the handshake can't be answered; undefined for a good one */
export function handshakeFault(method: string, headers: IncomingHttpHeaders): string | undefined {
  if (method !== "GET") return "a WebSocket is opened by GET";
  if (headers["sec-websocket-version"] !== VERSION) return `unsupported WebSocket version; ${VERSION} is served`;
  const key = headers["sec-websocket-key"] ?? "";
  return Buffer.from(key, "base64").length === 16 ? undefined : "Sec-WebSocket-Key is missing or malformed";
}

/** @returns the answer that opens the WebSocket, as bytes */
export function openingAnswer(headers: IncomingHttpHeaders, protocol: string, more: Readonly<Record<string, string>> = {}): string {
  const accept = acceptOf(headers["sec-websocket-key"] ?? "");
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
  if (protocol) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  for (const [name, value] of Object.entries(more)) lines.push(`${name}: ${value}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

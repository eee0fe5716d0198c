/** An upgrade that is passed on: the client is switched over only once the backend has switched, and by nothing else can what the client sends reach it (CVE-2018-1002105). */

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpRequest, Upgraded } from "../dialer.ts";
import { join } from "./join.ts";
import { offeredProtocols } from "./websocket-handshake.ts";

/** A client that asks for another protocol. */
export interface UpgradeClient {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Every value of a header, as each came. */
  values(name: string): readonly string[];
  /** Takes the raw connection: from then on it can't be answered as a request. @returns undefined where the request asked for no upgrade, or has gone */
  take(): { readonly socket: Duplex; readonly head: Buffer } | undefined;
}

/** Sends an upgrade request to wherever the session leads. */
export type UpgradeBackend = (request: Pick<HttpRequest, "method" | "headers">) => Promise<Upgraded>;

/** What the upgrade itself needs, and no credential among it. */
const FORWARDED = ["upgrade", "x-stream-protocol-version", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"] as const;
const ANSWERED = ["upgrade", "x-stream-protocol-version", "sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions"] as const;
/** A bearer token in a browser's only place for one (k8s.io/apiserver, pkg/authentication/request/websocket). */
export const TOKEN_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

/** Whether a request asks for another protocol at all. */
export function asksForUpgrade(headers: IncomingHttpHeaders): boolean {
  return headers.upgrade !== undefined && /\bupgrade\b/i.test(headers.connection ?? "");
}

/** @returns the subprotocols that the client offers, without the one that is its token */
export function protocolsOf(headers: IncomingHttpHeaders): string[] {
  return offeredProtocols(headers).filter((one) => !one.startsWith(TOKEN_PROTOCOL));
}

/**
 * Passes an upgrade on as it is.
 * @returns undefined once the session is over; the backend's answer where it refused, which the caller relays
 */
export async function relayUpgrade(client: UpgradeClient, backend: UpgradeBackend): Promise<IncomingMessage | undefined> {
  const headers: Record<string, string | readonly string[]> = { connection: "Upgrade" };
  for (const name of FORWARDED) {
    const values = client.values(name);
    if (values.length > 0) headers[name] = values;
  }
  const protocols = protocolsOf(client.headers);
  if (protocols.length > 0) headers["sec-websocket-protocol"] = protocols.join(", ");
  const answer = await backend({ method: client.method, headers });
  if (!answer.upgraded) return answer.response;
  const taken = client.take();
  if (!taken) {
    answer.socket.destroy();
    return undefined;
  }
  taken.socket.write(switchingAnswer(answer.response));
  if (answer.head.length > 0) taken.socket.write(answer.head);
  if (taken.head.length > 0) answer.socket.write(taken.head);
  await join(taken.socket, answer.socket);
  return undefined;
}

function switchingAnswer(response: IncomingMessage): string {
  const lines = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade"];
  for (const name of ANSWERED) for (const value of response.headersDistinct[name] ?? []) if (value) lines.push(`${name}: ${value}`); // An empty subprotocol is none.
  return `${lines.join("\r\n")}\r\n\r\n`;
}

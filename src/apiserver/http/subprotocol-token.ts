/** A bearer token among a WebSocket's subprotocols: the only place that a browser has for one (k8s.io/apiserver, pkg/authentication/request/websocket). */

import { TOKEN_PROTOCOL } from "../../machinery/streams/upgrade.ts";
import { asksForWebSocket, offeredProtocols } from "../../machinery/streams/websocket-handshake.ts";
import type { Exchange } from "./exchange.ts";

/** What no authenticator takes: a token that is shown, and no good. */
const BAD = "Bearer !";

/** @returns what the request shows as values of an Authorization header: one a token, so that two are seen to be two */
export function subprotocolTokens({ headers }: Exchange): readonly string[] {
  if (headers["sec-websocket-protocol"] === undefined || !asksForWebSocket(headers)) return [];
  const offered = offeredProtocols(headers);
  const tokens = offered.filter((one) => one.startsWith(TOKEN_PROTOCOL)).map((one) => one.slice(TOKEN_PROTOCOL.length));
  // One subprotocol beside it is a must: the answer has to name one, and mustn't name the token.
  return tokens.map((token) => (tokens.length < offered.length && /^[A-Za-z0-9_-]+$/.test(token) ? `Bearer ${Buffer.from(token, "base64url")}` : BAD));
}

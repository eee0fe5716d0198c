/** Which headers pass a proxy, in either direction: none that concern the connection, and no credential. */

import type { IncomingMessage } from "node:http";
import { isIdentityHeader } from "../../../security/authn/request-header.ts";
import type { Call } from "../../call.ts";

/** RFC 9110, section 7.6.1, and what old clients send. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);
/** The backend is told who asks by nobody: not with the caller's own token, nor in words that it might take for the API server's. */
const CREDENTIAL = /^(authorization|impersonate-.*|x-remote-.*)$/;
/** The API server's origin is not the backend's to open. */
const CORS = /^access-control-allow-(credentials|headers|methods|origin)$/;

type ProxyHeaders = Record<string, string | readonly string[]>;

/** @returns the names that a `Connection` header adds to those that stop here */
function named(connection: string | undefined): Set<string> {
  return new Set((connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
}

/** @param prefix the path that leads to the backend's root @param path the backend's own path */
export function requestHeaders({ exchange, context }: Call, prefix: string, path: string): ProxyHeaders {
  const headers: ProxyHeaders = {};
  const stopping = named(exchange.headers.connection);
  const { requestHeader } = context.settings; // By other names than ours, perhaps.
  for (const name of Object.keys(exchange.headers)) {
    if (name.startsWith(":") || HOP_BY_HOP.has(name) || stopping.has(name) || CREDENTIAL.test(name)) continue;
    if (requestHeader && isIdentityHeader(requestHeader, name)) continue;
    const values = exchange.values(name);
    headers[name] = name === "cookie" ? values.join("; ") : values;
  }
  const host = exchange.headers.host ?? exchange.headers[":authority"];
  if (typeof host === "string") headers.host = host;
  headers["x-forwarded-for"] = [...exchange.values("x-forwarded-for"), exchange.connection.remoteAddress].join(", ");
  headers["x-forwarded-uri"] = `${prefix}${path.split("?")[0]}`;
  return headers;
}

export function responseHeaders(call: Call, response: IncomingMessage): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = { "audit-id": call.auditId };
  const stopping = named(response.headers.connection);
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    if (!values || HOP_BY_HOP.has(name) || stopping.has(name) || CORS.test(name)) continue;
    headers[name] = values.length === 1 ? values[0]! : values;
  }
  return headers;
}

/** Proxies a request to wherever the subresource leads: method, path, query, headers and bodies pass as they come, and so do upgrades. */

import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { ForbiddenAddressError, type Target, type TlsFacts } from "../../../machinery/dialer.ts";
import { badRequest, type StatusError, serviceUnavailable } from "../../../machinery/status/status-error.ts";
import { asksForUpgrade, relayUpgrade } from "../../../machinery/streams/upgrade.ts";
import type { Call } from "../../call.ts";
import type { Outgoing } from "../../outgoing.ts";
import { requestHeaders, responseHeaders } from "./proxy-headers.ts";
import { linkRewriter, type Rewriting, rewriteUrl } from "./rewrite-links.ts";
import { relayRefusal, streamBody, upgradeClient } from "./session.ts";

export interface Backend {
  readonly outgoing: Outgoing;
  readonly target: Target;
  /** Absent: plain HTTP. */
  readonly facts: TlsFacts | undefined;
}

/** Whoever serves pods' HTTPS is rarely known to the cluster's authorities; the caller chose it. */
export const ANY_TLS: TlsFacts = { ca: "", anyCertificate: true };
const BODYLESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** @throws StatusError where the backend can't be reached */
export async function proxy(call: Call, backend: Backend): Promise<void> {
  const { exchange, attributes } = call;
  const [path = "", query] = splitQuery(exchange.target);
  const prefix = path.slice(0, path.length - attributes.tail.length);
  const own = `${attributes.tail || "/"}${query}`;
  const headers = requestHeaders(call, prefix, own);
  if (asksForUpgrade(exchange.headers)) return proxyUpgrade(call, backend, own, headers);
  if (attributes.tail === "" && BODYLESS.has(exchange.method)) return redirectToRoot(call, `${path}/${query}`);
  const body = hasBody(call) ? exchange.bodyStream() : undefined;
  if (body && headers["content-length"] === undefined) headers["transfer-encoding"] = "chunked";
  const request = { method: exchange.method, path: own, headers, redirects: "return" as const, signal: exchange.signal, ...(body && { body }) };
  const response = await backend.outgoing.dialer.request(backend.target, backend.facts, request).catch((error) => {
    throw unreachable(error);
  });
  const hosts = new Set([`${backend.target.host}:${backend.target.port}`, backend.target.host, ...[headers.host ?? []].flat()]);
  await answer(call, response, { prefix, hosts });
}

async function answer(call: Call, response: IncomingMessage, rewriting: Rewriting): Promise<void> {
  const headers = responseHeaders(call, response);
  const { location } = response.headers;
  if (location !== undefined) headers.location = rewriteUrl(location, rewriting);
  else if (isPage(response) && call.exchange.method !== "HEAD") {
    delete headers["content-length"];
    delete headers["content-encoding"];
    return streamBody(call, response.statusCode ?? 502, headers, rewritten(response, rewriting));
  }
  await streamBody(call, response.statusCode ?? 502, headers, response);
}

function isPage({ headers }: IncomingMessage): boolean {
  const known = ["gzip", "deflate", undefined].includes(headers["content-encoding"]);
  return known && headers["content-type"]?.split(";")[0]?.trim() === "text/html";
}

function rewritten(response: IncomingMessage, rewriting: Rewriting): Readable {
  const encoding = response.headers["content-encoding"];
  const links = linkRewriter(rewriting);
  const unpacked = encoding === "gzip" ? createGunzip() : encoding === "deflate" ? createInflate() : undefined;
  const done = (): void => {}; // A failure destroys the last stream, whose reader sees it.
  if (unpacked) pipeline(response, unpacked, links, done);
  else pipeline(response, links, done);
  return links;
}

async function proxyUpgrade(
  call: Call,
  { outgoing, target, facts }: Backend,
  path: string,
  headers: Record<string, string | readonly string[]>,
): Promise<void> {
  const client = upgradeClient(call);
  const refused = await relayUpgrade(client, async (request) => {
    try {
      return await outgoing.dialer.upgrade(target, facts, { ...request, path, redirects: "return", headers: { ...headers, ...request.headers } });
    } catch (error) {
      throw unreachable(error);
    }
  });
  if (refused) await relayRefusal(call, refused);
}

/** A page's relative links need the slash (kubernetes #4958). */
function redirectToRoot(call: Call, location: string): void {
  call.exchange.answer(301, { "audit-id": call.auditId, location }, Buffer.alloc(0));
}

export function hasBody({ exchange }: Call): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = exchange.headers;
  if (length !== undefined) return length !== "0";
  return encoding !== undefined || (exchange.connection.protocol === "h2" && !BODYLESS.has(exchange.method));
}

function splitQuery(target: string): [string, string] {
  const mark = target.indexOf("?");
  return mark === -1 ? [target, ""] : [target.slice(0, mark), target.slice(mark)];
}

function unreachable(error: unknown): StatusError {
  if (error instanceof ForbiddenAddressError) return badRequest("address not allowed");
  return serviceUnavailable(`error trying to reach service: ${error instanceof Error ? error.message : String(error)}`);
}

/** Passes a request on to the extension server that serves its group and version, as whoever asks: watches and upgrades as they come. */

import type { HttpRequest } from "../../machinery/dialer.ts";
import { asksForUpgrade, relayUpgrade } from "../../machinery/streams/upgrade.ts";
import type { TracedCall } from "../../machinery/webhook.ts";
import type { Call } from "../call.ts";
import { dialError } from "../extensions/call-errors.ts";
import { PlainError } from "../plain-error.ts";
import { hasBody } from "../verbs/connect/proxy.ts";
import { requestHeaders, responseHeaders } from "../verbs/connect/proxy-headers.ts";
import { relayRefusal, streamBody, upgradeClient } from "../verbs/connect/session.ts";
import type { Connection, Way } from "./connection.ts";
import { identityHeaders } from "./identity-headers.ts";
import type { RemoteApi } from "./remote-apis.ts";

/** @throws PlainError 503 where the server is known to be away, or turns out to be */
export async function passOn(call: Call, api: RemoteApi, connection: Connection): Promise<void> {
  if (!api.available) throw unavailable();
  const way = wayTo(api, connection);
  const { exchange } = call;
  const { host: _, ...headers } = requestHeaders(call, "", exchange.target);
  Object.assign(headers, identityHeaders(call.user), { "audit-id": call.auditId });
  if (asksForUpgrade(exchange.headers)) return upgrade(call, connection, way, headers);
  const traced = trace(call, headers);
  const body = hasBody(call) ? exchange.bodyStream() : undefined;
  if (body && headers["content-length"] === undefined) headers["transfer-encoding"] = "chunked";
  const request: HttpRequest = { method: exchange.method, path: exchange.target, headers, redirects: "return", signal: exchange.signal, ...(body && { body }) };
  const response = await connection.send(way, request).catch((error: unknown) => {
    traced?.end(0);
    throw unreachable(error);
  });
  traced?.end(response.statusCode ?? 0);
  const code = response.statusCode ?? 502;
  if (code >= 300 && code <= 399 && response.headers.location) {
    response.destroy();
    throw new PlainError(502, "the backend attempted to redirect this request, which is not permitted"); // CVE-2022-3172
  }
  await streamBody(call, code, responseHeaders(call, response), response);
}

/** Tells the server which trace the request is part of; what the client says of that passes only where its word counts. */
function trace(call: Call, headers: Record<string, string | readonly string[]>): TracedCall | undefined {
  const { tracer } = call.context.front;
  if (!tracer) return undefined;
  if (!tracer.trusts(call)) for (const name of ["traceparent", "tracestate"]) delete headers[name];
  const traced = tracer.begin(call);
  if (traced) headers.traceparent = traced.traceparent;
  return traced;
}

async function upgrade(call: Call, { dialer }: Connection, { target, facts }: Way, headers: Record<string, string | readonly string[]>): Promise<void> {
  const refused = await relayUpgrade(upgradeClient(call), async (asked) => {
    const request: HttpRequest = { ...asked, path: call.exchange.target, redirects: "return", headers: { ...headers, ...asked.headers } };
    return dialer.upgrade({ ...target, signal: call.exchange.signal }, facts, request).catch((error: unknown) => {
      throw unreachable(error);
    });
  });
  if (refused) await relayRefusal(call, refused);
}

function wayTo(api: RemoteApi, connection: Connection): Way {
  try {
    return connection.wayTo(api);
  } catch {
    throw unavailable();
  }
}

function unavailable(): PlainError {
  return new PlainError(503, "service unavailable");
}

function unreachable(error: unknown): PlainError {
  return new PlainError(503, `error trying to reach service: ${dialError(error)}`);
}

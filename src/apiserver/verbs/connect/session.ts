/** What every connection through the server does first, and how one ends that the backend refused. */

import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { KubeObject } from "../../../api/kind.ts";
import { badRequest, forbidden } from "../../../machinery/status/status-error.ts";
import { HandshakeError } from "../../../machinery/streams/bridge-command.ts";
import { asksForUpgrade, type UpgradeClient } from "../../../machinery/streams/upgrade.ts";
import type { Call } from "../../call.ts";
import type { Headers } from "../../http/exchange.ts";
import { PlainError } from "../../plain-error.ts";
import { bodyKind } from "../../registry/body-kind.ts";
import { answerHeaders } from "../../respond/headers.ts";
import { admissionRequest, mutateAll, validateAll } from "../admission.ts";
import { kindOf } from "../kind-of.ts";

/** A slow reader of a long answer may have so much waiting for it. */
const WAITING_MAX_BYTES = 256 * 1024;

/** Admission of a connection: plug-ins see the options as the object. */
export async function admitConnect(call: Call, options: object): Promise<void> {
  const { name, subresource } = call.attributes;
  const kind = bodyKind(kindOf(call), subresource);
  const object: KubeObject = { apiVersion: kind.apiVersion, kind: kind.name, ...options, metadata: {} };
  const request = admissionRequest(call, { operation: "CONNECT", kind, name, object, old: undefined, dryRun: false });
  await mutateAll(call, request);
  await validateAll(call, request);
}

/** A WebSocket comes by GET, and who may only read must not run commands by it: `create` is asked for too (kubernetes #133515). */
export async function authorizeCreate(call: Call): Promise<void> {
  const { user, attributes, context } = call;
  if (attributes.verb === "create") return;
  const { decision, reason } = await context.authorizer.authorize({ user, attributes: { ...attributes, verb: "create" } });
  if (decision !== "allow") throw forbidden({ group: attributes.group, resource: attributes.resource }, attributes.name, reason);
}

/** @throws StatusError 400 for a request that asks for no upgrade */
export function upgradeClient(call: Call): UpgradeClient {
  const { exchange } = call;
  if (!asksForUpgrade(exchange.headers)) throw badRequest("Upgrade request required");
  return { method: exchange.method, headers: exchange.headers, values: (name) => exchange.values(name), take: () => exchange.takeSocket() };
}

/** Relays what a backend answered instead of switching protocols. The connection ends with it. */
export async function relayRefusal(call: Call, response: IncomingMessage): Promise<void> {
  const headers = answerHeaders(call, response.headers["content-type"] ?? "text/plain; charset=utf-8");
  headers["x-content-type-options"] = "nosniff";
  await streamBody(call, response.statusCode ?? 502, headers, response);
}

/** Answers with a body as it comes, as fast as the client takes it. */
export async function streamBody(call: Call, code: number, headers: Headers, body: Readable): Promise<void> {
  const answer = call.exchange.stream(code, headers);
  const stop = () => body.destroy();
  answer.signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of body) if (answer.write(chunk as Buffer) > WAITING_MAX_BYTES) await answer.drained();
    answer.end();
  } catch (error) {
    if (!answer.signal.aborted) answer.abort();
    call.context.front.log.info("a relayed answer broke off", { audit: call.auditId, error: String(error) });
  } finally {
    answer.signal.removeEventListener("abort", stop);
  }
}

/** @returns what a failed handshake is to the client */
export function handshakeFailure(error: unknown): unknown {
  return error instanceof HandshakeError ? new PlainError(error.code, error.message) : error;
}

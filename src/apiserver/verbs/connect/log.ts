/** pods/log: what a container wrote, whole or as it comes, as text or in a WebSocket's messages. */

import type { IncomingMessage } from "node:http";
import { type FieldError, forbiddenField, invalid } from "../../../machinery/status/field-error.ts";
import { badRequest, internalError, invalidObject, StatusError } from "../../../machinery/status/status-error.ts";
import { refusalText } from "../../../machinery/streams/bridge-command.ts";
import { protocolsOf } from "../../../machinery/streams/upgrade.ts";
import { WebSocketConnection } from "../../../machinery/streams/websocket.ts";
import { CLOSE } from "../../../machinery/streams/websocket-frames.ts";
import { asksForWebSocket, handshakeFault, openingAnswer } from "../../../machinery/streams/websocket-handshake.ts";
import { parseTime, TimeError } from "../../../machinery/time.ts";
import type { Call } from "../../call.ts";
import { PlainError } from "../../plain-error.ts";
import { answerHeaders } from "../../respond/headers.ts";
import { flag, integer, text } from "../query.ts";
import { dialFailure, kubeletOf } from "./kubelet.ts";
import { containerOf, podOf } from "./pod.ts";
import { streamBody, upgradeClient } from "./session.ts";

const PROTOCOLS = ["", "binary.k8s.io", "base64.binary.k8s.io"];

export async function log(call: Call): Promise<void> {
  const { namespace, name } = call.attributes;
  const params = logParams(call);
  const pod = await podOf(call, name);
  const container = containerOf(pod, text(call.query, "container"));
  const nodeName = pod.spec?.nodeName;
  if (!nodeName) return call.exchange.answer(204, { "audit-id": call.auditId, "cache-control": "no-cache, private" }, Buffer.alloc(0));
  const { outgoing, target, facts } = await kubeletOf(call, nodeName);
  const lenient = flag(call.query, "insecureSkipTLSVerifyBackend") ? ({ anyCertificate: true } as const) : {};
  const path = `/containerLogs/${namespace}/${name}/${container}?${params}`;
  const request = { method: "GET", path, headers: {}, signal: call.exchange.signal };
  const response = await outgoing.dialer.request(target, { ...facts, ...lenient }, request).catch((error) => {
    throw dialFailure(error);
  });
  const code = response.statusCode ?? 0;
  if (code < 200 || code > 206) throw refusedLog(code, await refusalText(response), name);
  if (asksForWebSocket(call.exchange.headers)) return sendMessages(call, response);
  await streamBody(call, 200, answerHeaders(call, "text/plain"), response);
}

/** @throws StatusError 422 or 400 for options that contradict themselves or are none */
function logParams({ query, attributes }: Call): URLSearchParams {
  const params = new URLSearchParams();
  const errors: FieldError[] = [];
  for (const name of ["follow", "previous", "timestamps"]) if (flag(query, name)) params.set(name, "true");
  const [sinceSeconds, tailLines, limitBytes] = ["sinceSeconds", "tailLines", "limitBytes"].map((name) => integer(query, name));
  const sinceTime = timeOf(text(query, "sinceTime"));
  if (tailLines !== undefined && tailLines < 0) errors.push(invalid("tailLines", tailLines, "must be greater than or equal to 0"));
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalid("limitBytes", limitBytes, "must be greater than 0"));
  if (sinceSeconds !== undefined && sinceTime) errors.push(forbiddenField("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  else if (sinceSeconds !== undefined && sinceSeconds < 1) errors.push(invalid("sinceSeconds", sinceSeconds, "must be greater than 0"));
  if (query.has("stream")) errors.push(forbiddenField("stream", "may not be specified")); // PodLogsQuerySplitStreams is off as yet.
  if (errors.length > 0) throw invalidObject({ group: "", kind: "PodLogOptions" }, attributes.name, errors);
  if (sinceSeconds !== undefined) params.set("sinceSeconds", String(sinceSeconds));
  if (sinceTime) params.set("sinceTime", sinceTime);
  if (tailLines !== undefined) params.set("tailLines", String(tailLines));
  if (limitBytes !== undefined) params.set("limitBytes", String(limitBytes));
  return params;
}

function timeOf(value: string): string {
  if (value === "" || value === "null") return "";
  try {
    parseTime(value);
    return value;
  } catch (error) {
    if (error instanceof TimeError) throw badRequest(error.message);
    throw error;
  }
}

/** A kubelet's refusal as kube-apiserver hands it on. */
function refusedLog(code: number, said: string, name: string): StatusError {
  if (code === 400) return badRequest(said);
  if (code === 500) return internalError(said);
  const details = { name, kind: "pods/log" };
  if (code === 404)
    return new StatusError({ code, reason: "NotFound", message: `the server could not find the requested resource ( pods/log ${name})`, details });
  if (code >= 300 && code < 400) return internalError("redirects forbidden");
  return new StatusError({
    code,
    reason: "",
    message: `the server responded with the status code ${code} but did not return more information ( pods/log ${name})`,
    details,
  });
}

/** The log in a WebSocket's messages: bytes, or base64 text. */
async function sendMessages(call: Call, response: IncomingMessage): Promise<void> {
  const client = upgradeClient(call);
  const offered = protocolsOf(client.headers);
  const protocol = offered.length === 0 ? "" : offered.find((one) => PROTOCOLS.includes(one));
  const fault = handshakeFault(client.method, client.headers);
  const taken = fault || protocol === undefined ? undefined : client.take();
  if (!taken || protocol === undefined) {
    response.destroy();
    throw new PlainError(fault ? 400 : 403, fault ?? "none of the offered subprotocols is served");
  }
  taken.socket.write(openingAnswer(client.headers, protocol));
  const connection = new WebSocketConnection(taken);
  void connection.read(() => {}); // A client has nothing to say here but good-bye.
  void connection.closed.then(() => response.destroy());
  const base64 = protocol.startsWith("base64.");
  try {
    for await (const chunk of response) await connection.send(base64 ? Buffer.from((chunk as Buffer).toString("base64")) : chunk, base64);
    connection.close(CLOSE.normal);
  } catch {
    connection.close(CLOSE.internalError);
  }
  await connection.closed;
}

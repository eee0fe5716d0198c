/** The functions that verbs answer with: each negotiates the form, makes the body and sends it. */

import type { Kind } from "../../api/kind.ts";
import { internalError } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";
import type { AnswerStream } from "../http/exchange.ts";
import type { EventEncoder, ListAnswer, Respond, SuccessStatus } from "../respond.ts";
import { flag } from "../verbs/query.ts";
import { documentFormOf, formOf } from "./choose.ts";
import { answerHeaders } from "./headers.ts";
import { packedStream } from "./packed-stream.ts";
import { compressed, sendBody, sendChunks, takesGzip } from "./send.ts";
import { webSocketStream } from "./websocket-stream.ts";

function answerObject(call: Call, code: number, kind: Kind, bytes: Uint8Array): void {
  const form = formOf(call, kind, "object");
  sendBody(call, code, answerHeaders(call, form.contentType), form.object(kind, bytes));
}

function answerList(call: Call, kind: Kind, list: ListAnswer): void {
  const form = formOf(call, kind, "list");
  sendChunks(call, 200, answerHeaders(call, form.contentType), form.list(kind, list));
}

function answerWatch(call: Call, kind: Kind): AnswerStream {
  const { streamType } = formOf(call, kind, "watch");
  if (streamType === undefined) throw internalError(new Error("a form that can't be streamed was chosen for a watch"));
  const socket = webSocketStream(call, streamType === "application/json");
  if (socket) return socket;
  const headers = answerHeaders(call, streamType);
  if (!beginsWithList(call) || !takesGzip(call)) return call.exchange.stream(200, headers);
  return packedStream(call.exchange.stream(200, compressed(headers)));
}

/** Whether a watch sends first what is there, and says when that is all. */
function beginsWithList({ query }: Call): boolean {
  return query.size > 0 && flag(query, "sendInitialEvents") === true && flag(query, "allowWatchBookmarks") === true;
}

function eventEncoder(call: Call, kind: Kind): EventEncoder {
  return formOf(call, kind, "watch").events(kind);
}

function answerStatus(call: Call, code: number, status: SuccessStatus): void {
  const body = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    ...(status.details && { details: status.details }),
    ...(status.code && { code: status.code }),
  };
  const form = documentFormOf(call);
  sendBody(call, code, answerHeaders(call, form.contentType), form.document("v1", "Status", JSON.stringify(body)));
}

export const respond: Respond = { object: answerObject, list: answerList, watch: answerWatch, status: answerStatus, eventEncoder };

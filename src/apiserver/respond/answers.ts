/** The functions that verbs answer with: each negotiates the form, makes the body and sends it. */

import type { Kind } from "../../api/kind.ts";
import { internalError } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";
import type { AnswerStream } from "../http/exchange.ts";
import type { EventEncoder, ListAnswer, Respond, SuccessStatus } from "../respond.ts";
import { documentFormOf, formOf } from "./choose.ts";
import { answerHeaders } from "./headers.ts";
import { sendBody, sendChunks } from "./send.ts";
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
  return webSocketStream(call, streamType === "application/json") ?? call.exchange.stream(200, answerHeaders(call, streamType));
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

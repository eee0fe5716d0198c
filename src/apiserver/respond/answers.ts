/** The functions that verbs answer with: each negotiates the form, makes the body and sends it. */

import type { Kind } from "../../api/kind.ts";
import type { Call } from "../call.ts";
import type { AnswerStream } from "../http/exchange.ts";
import type { EventEncoder, ListAnswer, Respond, SuccessStatus } from "../respond.ts";
import { jsonEvent, remembered } from "./events.ts";
import { answerHeaders } from "./headers.ts";
import { listChunks } from "./items.ts";
import { negotiate, PLAIN } from "./negotiate.ts";

const JSON_ONLY = { ...PLAIN, media: ["application/json"] } as const;
const encodeJsonEvent = remembered(jsonEvent);

function answerObject(call: Call, code: number, _kind: Kind, bytes: Uint8Array): void {
  negotiate(call, JSON_ONLY);
  call.exchange.answer(code, answerHeaders(call, "application/json"), bytes);
}

function answerList(call: Call, kind: Kind, list: ListAnswer): void {
  negotiate(call, JSON_ONLY);
  call.exchange.answerFrom(200, answerHeaders(call, "application/json"), listChunks(kind, list));
}

function answerWatch(call: Call, _kind: Kind): AnswerStream {
  negotiate(call, JSON_ONLY);
  return call.exchange.stream(200, answerHeaders(call, "application/json"));
}

function eventEncoder(call: Call, _kind: Kind): EventEncoder {
  negotiate(call, JSON_ONLY);
  return encodeJsonEvent;
}

function answerStatus(call: Call, code: number, status: SuccessStatus): void {
  negotiate(call, JSON_ONLY);
  const body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", ...(status.details && { details: status.details }) };
  call.exchange.answer(code, answerHeaders(call, "application/json"), Buffer.from(`${JSON.stringify(body)}\n`));
}

export const respond: Respond = { object: answerObject, list: answerList, watch: answerWatch, status: answerStatus, eventEncoder };

/** Answers that are no objects: plain text, and JSON documents that the server makes itself. */

import type { Call } from "../call.ts";
import { answerHeaders } from "./headers.ts";
import { namesMedia, notProduced } from "./negotiate.ts";

export function answerText(call: Call, code: number, text: string): void {
  const headers = answerHeaders(call, "text/plain; charset=utf-8");
  headers["x-content-type-options"] = "nosniff";
  call.exchange.answer(code, headers, call.exchange.method === "HEAD" ? Buffer.alloc(0) : Buffer.from(text));
}

const JSON_ALONE = ["application/json"];

/** A document that exists only as JSON, set out for people. Throws a 406 StatusError for a client that takes none. */
export function answerJson(call: Call, document: unknown): void {
  if (!namesMedia(call.exchange.headers.accept, JSON_ALONE)) throw notProduced(JSON_ALONE);
  call.exchange.answer(200, answerHeaders(call, "application/json"), Buffer.from(JSON.stringify(document, undefined, 2)));
}

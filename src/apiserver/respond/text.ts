/** Answers that are no objects: plain text, and JSON documents that the server makes itself. */

import type { Call } from "../call.ts";
import { answerHeaders } from "./headers.ts";
import { indent } from "./indent.ts";
import { negotiate } from "./negotiate.ts";

export function answerText(call: Call, code: number, text: string): void {
  const headers = answerHeaders(call, "text/plain; charset=utf-8");
  headers["x-content-type-options"] = "nosniff";
  call.exchange.answer(code, headers, call.exchange.method === "HEAD" ? Buffer.alloc(0) : Buffer.from(text));
}

/** A document that exists only as JSON. Throws a 406 StatusError for a client that takes none. */
export function answerJson(call: Call, document: unknown): void {
  const { pretty } = negotiate(call, { transforms: [], media: ["application/json"] });
  const text = JSON.stringify(document);
  call.exchange.answer(200, answerHeaders(call, "application/json"), Buffer.from(`${pretty ? indent(text) : text}\n`));
}

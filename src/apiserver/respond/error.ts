/** Errors as answers: a Status in the negotiated form, or plain text where Kubernetes answers that. */

import { type FailureStatus, internalError, StatusError } from "../../machinery/status/status-error.ts";
import { SealError } from "../../storage/store.ts";
import type { Call } from "../call.ts";
import { PlainError } from "../plain-error.ts";
import { sealMismatch } from "../quarantine.ts";
import { errorFormOf } from "./choose.ts";
import { answerHeaders } from "./headers.ts";

/** Answers with what the error says to clients. What isn't meant for them becomes a 500 without its details' stack. */
export function answerError(call: Call, error: unknown): void {
  if (error instanceof PlainError) {
    call.failure = { code: error.code, reason: "", message: error.message };
    const headers = answerHeaders(call, "text/plain; charset=utf-8");
    headers["x-content-type-options"] = "nosniff";
    if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
    call.exchange.answer(error.code, headers, Buffer.from(`${error.message}\n`));
    return;
  }
  const { status } = error instanceof StatusError ? error : error instanceof SealError ? sealMismatch(error) : internalError(error);
  call.failure = status;
  const form = errorFormOf(call);
  const body = form.document("v1", "Status", JSON.stringify(failureBody(status)));
  call.exchange.answer(status.code, failureHeaders(call, form.contentType, status), body);
}

/** @returns the Status object of a failure, in the order of its Go struct */
export function failureBody(status: FailureStatus): object {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: status.metadata ?? {},
    status: "Failure",
    message: status.message,
    ...(status.reason && { reason: status.reason }),
    ...(status.details && { details: status.details }),
    code: status.code,
  };
}

function failureHeaders(call: Call, contentType: string, { code, details }: FailureStatus): Record<string, string | readonly string[]> {
  const headers = answerHeaders(call, contentType);
  if (code === 401) headers["www-authenticate"] = 'Bearer realm="kubernetes"';
  if (code === 403) headers["x-content-type-options"] = "nosniff";
  if (details?.retryAfterSeconds) headers["retry-after"] = String(details.retryAfterSeconds);
  return headers;
}

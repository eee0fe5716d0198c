/** The headers of an answer: what every answer of the API carries. */

import type { Call } from "../call.ts";
import { warningHeaders } from "./warnings.ts";

/** @returns the headers of an answer with a body of that type */
export function answerHeaders(call: Call, contentType: string): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {
    "audit-id": call.auditId,
    "cache-control": "no-cache, private",
    "content-type": contentType,
  };
  if (call.warnings.length > 0) headers.warning = warningHeaders(call.warnings);
  return headers;
}

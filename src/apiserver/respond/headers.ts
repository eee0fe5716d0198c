/** The headers of an answer: what every answer of the API carries. */

import type { Call } from "../call.ts";

/** @returns the headers of an answer with a body of that type */
export function answerHeaders(call: Call, contentType: string): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {
    "audit-id": call.auditId,
    "cache-control": "no-cache, private",
    "content-type": contentType,
  };
  if (call.warnings.length > 0) headers.warning = call.warnings.map(warning);
  return headers;
}

/** RFC 9110's predecessor, RFC 7234 section 5.5, in the one form that clients of Kubernetes read: `299 - "text"`. */
function warning(text: string): string {
  return `299 - "${text.replace(/[\u0000-\u001f\u007f]/g, " ").replace(/["\\]/g, "\\$&")}"`;
}

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
  const flow = call.turn?.ticket?.flow;
  if (flow) {
    headers["x-kubernetes-pf-flowschema-uid"] = flow.schemaUid;
    headers["x-kubernetes-pf-prioritylevel-uid"] = flow.level.uid;
  }
  if (call.warnings.length > 0) headers.warning = warningHeaders(call.warnings);
  return headers;
}

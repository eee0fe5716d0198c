/** Reads the request line: every later step, the audit record and the handlers see its attributes and nothing else of the path. */

import type { Step } from "../call.ts";
import { attributesOf } from "../request-line/attributes.ts";
import { parseTarget } from "../request-line/target.ts";
import { deadlineMs } from "./deadline.ts";

export const parse: Step = {
  name: "parse",
  run(call) {
    const { method, target } = call.exchange;
    const parsed = parseTarget(target);
    call.query = parsed.query;
    call.attributes = attributesOf(method, parsed);
    if (parsed.query.has("timeout")) deadlineMs(call); // A bad one is refused before anything is asked about the caller.
  },
};

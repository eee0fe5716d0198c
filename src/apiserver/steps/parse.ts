/** Reads the request line: every later step, the audit record and the handlers see its attributes and nothing else of the path. */

import type { Attributes } from "../../security/attributes.ts";
import type { Call, Step } from "../call.ts";
import { attributesOf } from "../request-line/attributes.ts";
import { parseTarget } from "../request-line/target.ts";
import { deadlineMs } from "./deadline.ts";

/** What paths without a query mean to a GET: the same few are asked for again and again. When there are more than this the memory begins anew. */
const REMEMBERED_MAX = 4096;
/** Longer targets aren't kept: what strangers can make the server remember is bounded. */
const REMEMBERED_LENGTH_MAX = 256;
let remembered = new Map<string, Attributes>();

export const parse: Step = {
  name: "parse",
  run(call) {
    const { method, target } = call.exchange;
    const known = method === "GET" ? remembered.get(target) : undefined;
    if (known) call.attributes = known;
    else read(call, method, target);
  },
};

function read(call: Call, method: string, target: string): void {
  const parsed = parseTarget(target);
  call.query = parsed.query;
  call.attributes = attributesOf(method, parsed);
  if (parsed.query.size > 0) {
    if (parsed.query.has("timeout")) deadlineMs(call); // A bad one is refused before anything is asked about the caller.
  } else if (method === "GET" && target.length <= REMEMBERED_LENGTH_MAX && !target.includes("?")) {
    if (remembered.size >= REMEMBERED_MAX) remembered = new Map();
    remembered.set(target, call.attributes);
  }
}

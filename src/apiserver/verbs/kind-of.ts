/** The kind that a resource request is about: set by then, or the request wouldn't have come so far. */

import assert from "node:assert/strict";
import type { Kind } from "../../api/kind.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";

export function kindOf(call: Call): Kind {
  assert.ok(call.kind, "a verb runs only where the path names a kind");
  return call.kind;
}

/** The verb isn't served at a path of this shape: a collection where an object is named, or the other way round. */
export function notAllowed(): StatusError {
  return new StatusError({ code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource", details: {} });
}

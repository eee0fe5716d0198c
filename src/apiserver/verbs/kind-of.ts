/** The kind that a resource request is about: set by then, or the request wouldn't have come so far. */

import assert from "node:assert/strict";
import type { Kind } from "../../api/kind.ts";
import type { Call } from "../call.ts";

export function kindOf(call: Call): Kind {
  assert.ok(call.kind, "a verb runs only where the path names a kind");
  return call.kind;
}

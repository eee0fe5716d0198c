/** Who asks, as an extension server is told. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { identityHeaders } from "./identity-headers.ts";

test("what a header's name can't hold is percent-encoded, byte by byte, and so is the sign of that", () => {
  const extra = { "example.com/a b": ["1", "2"], "50%": ["x"], ä: ["y"], plain_Key: ["z"] };
  assert.deepEqual(identityHeaders({ name: "ann", groups: [], extra, via: "test" }), {
    "x-remote-user": "ann",
    "x-remote-extra-example.com%2Fa%20b": ["1", "2"],
    "x-remote-extra-50%25": ["x"],
    "x-remote-extra-%C3%A4": ["y"],
    "x-remote-extra-plain_Key": ["z"],
  });
});

/** The request line: read in one way or refused; what was read, written again, reads the same. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { attributesOf } from "../../src/apiserver/request-line/attributes.ts";
import { parseTarget } from "../../src/apiserver/request-line/target.ts";
import { StatusError } from "../../src/machinery/status/status-error.ts";
import { fuzz, pieces, unless } from "./fuzz.ts";

const path = pieces(
  "/",
  "/",
  "api",
  "apis",
  "v1",
  "apps",
  "namespaces",
  "watch",
  "pods",
  "status",
  "%2F",
  "%2e",
  "..",
  ".",
  "%70",
  "%25",
  "a",
  ":",
  ";",
  "//",
  "proxy",
  "%",
);
const query = pieces("&", "=", "?", "watch", "true", "fieldSelector", "metadata.name%3Dx", "%zz", "limit", "timeout", "1s", "+", "#");

fuzz("a target is read or refused with 400", [path, query, fc.constantFrom("GET", "POST", "DELETE", "HEAD", "BREW")], (first, second, method) => {
  const target = `/${first}${second && `?${second}`}`;
  const parsed = unless([StatusError], () => parseTarget(target));
  if (!parsed) return;
  for (const segment of parsed.segments) assert.ok(segment !== "" && segment !== "." && segment !== ".." && !segment.includes("/"), target);
  const attributes = unless([StatusError], () => attributesOf(method, parsed));
  if (!attributes) return;
  const again = parseTarget(`/${parsed.segments.map(encodeSegment).join("/")}${parsed.slash ? "/" : ""}${second && `?${second}`}`);
  assert.deepEqual(again.segments, parsed.segments);
  const { tail: _, ...same } = attributesOf(method, again);
  const { tail: __, ...before } = attributes;
  assert.deepEqual(same, before);
});

/** What a path segment is encoded as: each byte that RFC 3986 doesn't let stand, and no other. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/%(?:24|26|2B|2C|3A|3D|40)/g, decodeURIComponent);
}

/** Tests of warnings as headers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { warningHeaders } from "./warnings.ts";

test("warnings are told once, quoted, as bytes of UTF-8", () => {
  assert.deepEqual(warningHeaders(['a "b"', 'a "b"', "é", ""]), ['299 - "a \\"b\\""', '299 - "\u00c3\u00a9"']);
});

test("a warning with a control character, or that isn't Unicode, is not told", () => {
  assert.deepEqual(warningHeaders(["a\nb", "a\u0085b", "\ud800", "fine"]), ['299 - "fine"']);
});

test("long warnings are shortened together", () => {
  const told = warningHeaders(Array.from({ length: 30 }, (_, i) => `${i} ${"x".repeat(1000)}`));
  assert.equal(told.length, 16);
  assert(told.every((text) => text.length === 256 + '299 - ""'.length));
  assert.equal(warningHeaders(["x".repeat(4000)])[0]!.length, 4000 + '299 - ""'.length);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "./joined.ts";

test("several pieces are one, made once for the same pieces in a row", () => {
  const [a, b, c] = ["a", "b", "c"].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
  assert.equal(joined([a]), a);
  const whole = joined([a, b]);
  assert.equal(String(whole), "ab");
  assert.equal(joined([a, b]), whole);
  assert.equal(String(joined([a, c])), "ac");
  assert.equal(String(joined([a, c, b])), "acb");
  assert.equal(String(joined([a, b])), "ab");
});

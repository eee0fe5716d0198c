/** Field selectors: parsing, escapes, matching, and refusals as kube-apiserver words them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFieldSelector } from "./fields.ts";

test("parseFieldSelector() reads terms and writes them canonically", () => {
  assert.equal(parseFieldSelector("z!=2,a==1,,b=x\\,y\\=z\\\\").toString(), "a=1,b=x\\,y\\=z\\\\,z!=2");
  assert.ok(parseFieldSelector("").isEverything);
  assert.equal(parseFieldSelector("metadata.name=x").exact("metadata.name"), "x");
  assert.equal(parseFieldSelector("metadata.name!=x").exact("metadata.name"), undefined);
});

test("a field selector matches by its terms", () => {
  const read = (field: string): string => (field === "status.phase" ? "Running" : "");
  assert.ok(parseFieldSelector("status.phase=Running,spec.nodeName=").matches(read));
  assert.ok(!parseFieldSelector("status.phase!=Running").matches(read));
});

test("parseFieldSelector() refuses in Kubernetes' words", () => {
  for (const [query, message] of [
    ["a", "invalid selector: 'a'; can't understand 'a'"],
    ["a=\\x", "invalid field selector: invalid escape sequence: \\x"],
    ["a=\\", "invalid field selector: invalid escape sequence: \\"],
    ["a=b=c", "invalid field selector: unescaped character in value: 61"],
  ] as const) {
    assert.throws(() => parseFieldSelector(query), { message }, query);
  }
});

/** Indented JSON is what JSON.stringify indents to, for every value. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { indent } from "./indent.ts";

test("indenting a text equals indenting its value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(indent(JSON.stringify(value)), JSON.stringify(value, null, 2));
    }),
  );
  assert.equal(indent('{"a":9007199254740993,"b":"\\\\\\"{,"}'), '{\n  "a": 9007199254740993,\n  "b": "\\\\\\"{,"\n}');
});

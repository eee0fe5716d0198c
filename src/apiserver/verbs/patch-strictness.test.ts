/** Strict validation of patch documents: what stands there twice, what operations don't have. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../machinery/json/document.ts";
import { jsonPatchFaults, patchFaults } from "./patch-strictness.ts";

test("a merge patch tells of members that stand there twice, in the order of the text", () => {
  const faults = (text: string): string[] => patchFaults(parseDocument(text));
  assert.deepEqual(faults('{"data":{"a":"3","a":"4"},"data":{"b":"1"}}'), ['duplicate field "data.a"', 'duplicate field "data"']);
  assert.deepEqual(faults('{"spec":{"c":[{},{"x":1,"x":2}]}}'), ['duplicate field "spec.c[1].x"']);
  assert.deepEqual(faults('{"a":{"x":1},"b":{"x":1}}'), []);
});

test("a JSON patch also tells of members that operations don't have", () => {
  const faults = (text: string): string[] => jsonPatchFaults(parseDocument(text));
  assert.deepEqual(faults('[{"op":"add","op":"add","path":"/q","value":"1","foo":2}]'), [
    'json patch duplicate field "[0].op"',
    'json patch unknown field "[0].foo"',
  ]);
  assert.deepEqual(faults('[{"op":"test","path":"/q","value":{"a":1,"a":2}}]'), ['json patch duplicate field "[0].value.a"']);
  assert.deepEqual(faults('[{"op":"move","from":"/a","path":"/q"}, 1]'), []);
});

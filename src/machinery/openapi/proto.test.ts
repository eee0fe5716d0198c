/** OpenAPI as protobuf: fields by tag, maps as named entries, one of several, extensions as YAML. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeDocument } from "./proto.ts";
import { DOCUMENT_V2 } from "./proto-v2.ts";
import { DOCUMENT_V3 } from "./proto-v3.ts";

/** Fields as `tag: text`, messages in braces: enough to see the shape. */
function shape(bytes: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const key = bytes[at++]!;
    const wide = key >= 0x80 ? bytes[at++]! : 0; // Tags above 15 take two bytes.
    const tag = ((key & 0x7f) | (wide << 7)) >> 3;
    if ((key & 7) === 0) parts.push(`${tag}=${bytes[at++]}`);
    else if ((key & 7) === 1) {
      parts.push(`${tag}=${bytes.readDoubleLE(at)}`);
      at += 8;
    } else {
      const length = bytes[at++]!;
      assert.ok(length < 0x80, "texts are short here");
      const inner = bytes.subarray(at, at + length);
      at += length;
      parts.push(/^[\x20-\x7e\n]{2,}$/.test(inner.toString("latin1")) ? `${tag}:${inner}` : `${tag}{${shape(inner)}}`);
    }
  }
  return parts.join(" ");
}

test("v2: a definition with its type, its required names and its extensions", async () => {
  const definition = { type: "object", required: ["name"], properties: { name: { $ref: "#/definitions/N" } }, "x-kubernetes-map-type": "atomic" };
  assert.equal(
    shape(await encodeDocument({ swagger: "2.0", definitions: { Thing: definition } }, DOCUMENT_V2)),
    "1:2.0 9{1{1:Thing 2{19:name 22{1:object} 25{1{1:name 2{1:#/definitions/N}}} 31{1:x-kubernetes-map-type 2{2:atomic\n}}}}}",
  );
});

test("v3: defaults and additional properties are one of several, and written even when they are zero", async () => {
  const schemas = { Thing: { default: 0, additionalProperties: false, items: { $ref: "#/x" } }, Unset: { default: {} } };
  assert.equal(
    shape(await encodeDocument({ components: { schemas } }, DOCUMENT_V3)),
    "5{1{1{1:Thing 2{1{30{1{2{1:#/x}}} 32{2=0} 33{1=0}}}} 1{1:Unset 2{1{33{}}}}}}",
  );
});

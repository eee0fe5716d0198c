/** CBOR: RFC 8949's own examples, Kubernetes' choices, and that what is written is read back. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DecodeError } from "../json/decode-error.ts";
import { type JsonValue, parseJson } from "../json/document.ts";
import { schemaOf } from "../schema/build.ts";
import { cborToJson } from "./decode.ts";
import { encodeCbor } from "./encode.ts";

const hex = (text: string): Buffer => Buffer.from(text, "hex");

test("the examples of RFC 8949, appendix A, that have a JSON", () => {
  const examples: [string, string][] = [
    ["00", "0"],
    ["1903e8", "1000"],
    ["3903e7", "-1000"],
    ["3b7fffffffffffffff", "-9223372036854775808"],
    ["f93e00", "1.5"],
    ["fa47c35000", "100000.0"],
    ["fb3ff199999999999a", "1.1"],
    ["f6", "null"],
    ["62c3bc", '"ü"'],
    ["4401020304", '"\\u0001\\u0002\\u0003\\u0004"'],
    ["d74401020304", '"01020304"'],
    ["d64401020304", '"AQIDBA=="'],
    ["c074323031332d30332d32315432303a30343a30305a", '"2013-03-21T20:04:00Z"'],
    ["c11a514b67b0", '"2013-03-21T20:04:00.000Z"'],
    ["bf61610161629f0203ffff", '{"a":1,"b":[2,3]}'],
    ["7f657374726561646d696e67ff", '"streaming"'],
  ];
  for (const [bytes, json] of examples) assert.equal(cborToJson(hex(bytes)), json, bytes);
});

test("what Kubernetes refuses", () => {
  const refused = ["c249010000000000000000", "f97e00", "f7", "f0", "a2616101616102", "a10102", "62c328", "1bffffffffffffffff", "0000", "82", "9f", ""];
  for (const bytes of refused) assert.throws(() => cborToJson(hex(bytes)), DecodeError, bytes);
  assert.throws(() => cborToJson(Buffer.alloc(1000, 0x81)), DecodeError);
  assert.throws(() => cborToJson(hex("9a7fffffff")), DecodeError);
});

test("strings are byte strings, bytes are tagged, keys stand by their encoding", () => {
  const schema = schemaOf([{ id: "x.Secret", openapi: "x.Secret", fields: [{ name: "data", type: "map[]bytes", tag: 1, omit: "empty" }] }])("x.Secret");
  const encoded = encodeCbor({ kind: "Secret", data: { key: "AQID" } }, schema);
  assert.equal(encoded.toString("hex"), "d9d9f7a24464617461a1436b6579d643010203446b696e6446536563726574");
  assert.equal(cborToJson(encoded), '{"data":{"key":"AQID"},"kind":"Secret"}');
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const json = parseJson(JSON.stringify(value)) as JsonValue;
      assert.deepEqual(parseJson(cborToJson(encodeCbor(json))), json);
    }),
  );
});

test("bytes of any kind end in JSON or a DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        JSON.parse(cborToJson(Buffer.from(bytes)));
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
  );
});

/** Decoders of objects: what they take encodes and decodes to itself; what they don't take they refuse in their own words, within their budgets. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { structs } from "../../src/api/tables/index.ts";
import { cborToJson } from "../../src/machinery/cbor/decode.ts";
import { encodeCbor } from "../../src/machinery/cbor/encode.ts";
import { decode } from "../../src/machinery/json/decode.ts";
import { DecodeError } from "../../src/machinery/json/decode-error.ts";
import { parseJson } from "../../src/machinery/json/document.ts";
import { encode } from "../../src/machinery/json/encode.ts";
import { decodeProtobuf, encodeProtobuf } from "../../src/machinery/protobuf/envelope.ts";
import { schemaOf } from "../../src/machinery/schema/build.ts";
import { StatusError } from "../../src/machinery/status/status-error.ts";
import { encodeYaml } from "../../src/machinery/yaml/encode.ts";
import { yamlToJson } from "../../src/machinery/yaml/to-json.ts";
import { damaged, document, fuzz, pieces, pod, unless } from "./fuzz.ts";

const schema = schemaOf(structs)("core.v1.Pod");
const REFUSALS = [DecodeError, StatusError];
const json = Buffer.from(JSON.stringify(pod()));
const object = decode<object>(json, schema).value;

fuzz("damaged JSON is refused, or read to what encodes to itself", [damaged(json)], (bytes) => {
  const read = unless(REFUSALS, () => decode<object>(bytes, schema).value);
  if (!read) return;
  const text = encode(read, schema);
  assert.equal(encode(decode<object>(text, schema).value, schema), text);
});

fuzz("any JSON document decodes to an object or is refused", [document], (value) => {
  const read = unless(REFUSALS, () => decode<object>(JSON.stringify(value), schema).value);
  if (read) encode(read, schema);
});

fuzz("damaged protobuf is refused, or read to what encodes to itself", [damaged(encodeProtobuf(object, schema))], (bytes) => {
  const read = unless(REFUSALS, () => decodeProtobuf<object>(bytes, schema));
  if (!read) return;
  const again = encodeProtobuf(read, schema);
  assert.equal(encodeProtobuf(decodeProtobuf<object>(again, schema), schema).compare(again), 0);
});

fuzz("damaged CBOR is refused, or read to what encodes to itself", [damaged(encodeCbor(parseJson(json)))], (bytes) => {
  const read = unless(REFUSALS, () => cborToJson(bytes));
  if (read === undefined) return;
  const value = unless(REFUSALS, () => parseJson(read));
  if (value !== undefined) assert.equal(JSON.stringify(plain(cborToJson(encodeCbor(value)))), JSON.stringify(plain(read)));
});

fuzz("damaged YAML is refused, or read to JSON", [damaged(Buffer.from(encodeYaml(parseJson(JSON.stringify({ spec: pod().spec })))))], (bytes) => {
  const read = unless(REFUSALS, () => yamlToJson(bytes.toString()));
  if (read) JSON.parse(read.json);
});

const yaml = pieces(
  "a: ",
  "- ",
  "\n",
  "  ",
  "{",
  "}",
  "[",
  "]",
  "&x ",
  "*x",
  "!!str ",
  "|\n",
  ">-\n",
  '"',
  "'",
  "#",
  "? ",
  "0x1F",
  "1e3",
  ".inf",
  "~",
  "<<: ",
  "---\n",
  "%YAML 1.1\n",
  "\t",
);
fuzz("YAML of its own pieces is refused, or read to JSON", [yaml], (text) => {
  const read = unless(REFUSALS, () => yamlToJson(text));
  if (read) JSON.parse(read.json);
});

fuzz("what is written as YAML reads as the same JSON", [fc.jsonValue({ maxDepth: 4 })], (value) => {
  const text = JSON.stringify(value);
  assert.deepEqual(JSON.parse(yamlToJson(encodeYaml(parseJson(text))).json), JSON.parse(text));
});

/** Members in one order: CBOR sorts them. */
function plain(text: string): unknown {
  return sorted(JSON.parse(text));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

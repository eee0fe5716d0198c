/** Times the codecs on a pod of some 5 kB, by hand: `node test/bench/codecs.ts`. */

import { structs } from "../../src/api/tables/index.ts";
import { requestBudget } from "../../src/machinery/json/budget.ts";
import { decode } from "../../src/machinery/json/decode.ts";
import { parseDocument, parseJson } from "../../src/machinery/json/document.ts";
import { encode } from "../../src/machinery/json/encode.ts";
import { decodeExactly } from "../../src/machinery/json/exact.ts";
import { encodeWithHole, fillHole } from "../../src/machinery/json/hole.ts";
import { scanJson } from "../../src/machinery/json/scan.ts";
import { decodeProtobuf, encodeProtobuf } from "../../src/machinery/protobuf/envelope.ts";
import { schemaOf } from "../../src/machinery/schema/build.ts";
import { encodeYaml } from "../../src/machinery/yaml/encode.ts";
import { runningPod } from "./pod.ts";
import { heading, time } from "./time.ts";

const schema = schemaOf(structs)("core.v1.Pod");
const object = decode<object>(JSON.stringify(runningPod), schema).value;
const json = encode(object, schema);
const bytes = Buffer.from(json);
const unordered = Buffer.from(JSON.stringify(sorted(runningPod)));
const stored = Buffer.from(encodeWithHole(object, schema));
const protobuf = encodeProtobuf(object, schema);
heading(`Codecs, a pod of ${bytes.length} bytes`);
time("scan", () => scanJson(bytes, requestBudget));
time("JSON.parse", () => JSON.parse(bytes.toString("utf8")));
time("decode JSON, the API's order", () => decode(bytes, schema));
time("decode JSON, alphabetical order", () => decode(unordered, schema));
time("decode JSON, exactly", () => decodeExactly(parseDocument(json), schema));
time("JSON.stringify", () => JSON.stringify(object));
time("encode JSON", () => encode(object, schema));
time("encode JSON to bytes, with the hole", () => Buffer.from(encodeWithHole(object, schema)));
time("fill the hole", () => fillHole(stored, 123456));
time("encode protobuf", () => encodeProtobuf(object, schema));
time("decode protobuf", () => decodeProtobuf(protobuf, schema));
time("encode YAML", () => encodeYaml(parseJson(json)));

/** The value with all members in alphabetical order, as kubectl sends them. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

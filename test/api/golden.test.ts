/** Every kind's golden file must come out of our codecs byte for byte as it went in, or as Kubernetes says that it comes out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { structs } from "../../src/api/tables/index.ts";
import { decode } from "../../src/machinery/json/decode.ts";
import { parseJson } from "../../src/machinery/json/document.ts";
import { encode } from "../../src/machinery/json/encode.ts";
import { decodeProtobuf, encodeProtobuf } from "../../src/machinery/protobuf/envelope.ts";
import { schemaOf } from "../../src/machinery/schema/build.ts";
import type { StructSchema } from "../../src/machinery/schema/schema.ts";
import { encodeYaml } from "../../src/machinery/yaml/encode.ts";
import { yamlToJson } from "../../src/machinery/yaml/to-json.ts";
import { type GoldenFile, goldenFiles } from "../support/golden.ts";

const resolve = schemaOf(structs);
const known = new Set(structs.map((table) => table.id));
/** How many files of each release are of kinds that are served: fewer would mean that a kind is no longer checked. */
const SERVED = { HEAD: 95, "v1.36.0": 91, "v1.35.0": 89, "v1.34.0": 89, "v1.33.0": 84 };

/** Kinds without an API group of their own are filed under core; their structs are in meta. */
function schemaFor(file: GoldenFile): StructSchema | undefined {
  const id = [file.struct, file.struct.replace(/^core\./, "meta.")].find((candidate) => known.has(candidate));
  return id === undefined ? undefined : resolve(id);
}

function served(release: string): { file: GoldenFile; schema: StructSchema }[] {
  return goldenFiles(release).flatMap((file) => {
    const schema = schemaFor(file);
    return schema ? [{ file, schema }] : [];
  });
}

/** The golden JSON is indented and has no final newline. */
function indented(json: string): string {
  return JSON.stringify(JSON.parse(json), undefined, 2);
}

for (const [release, count] of Object.entries(SERVED)) {
  const files = served(release);

  test(`${release}: as many kinds as are served are checked`, () => {
    assert.equal(files.length, count);
  });

  test(`${release}: JSON comes out as it should`, () => {
    for (const { file, schema } of files) {
      const { value, strictErrors } = decode(file.read("json"), schema);
      if (release === "HEAD") assert.deepEqual(strictErrors, [], file.name);
      assert.equal(indented(encode(value, schema)), file.readBack("json").toString(), file.name);
    }
  });

  test(`${release}: YAML comes out as it should`, () => {
    for (const { file, schema } of files) {
      const { value } = decode(yamlToJson(file.read("yaml").toString()).json, schema);
      assert.equal(encodeYaml(parseJson(encode(value, schema))), file.readBack("yaml").toString(), file.name);
    }
  });

  test(`${release}: protobuf comes out as it should, and says the same as JSON`, () => {
    for (const { file, schema } of files) {
      const back = file.readBack("pb").toString("hex");
      const object = decodeProtobuf(file.read("pb"), schema);
      assert.equal(encodeProtobuf(object, schema).toString("hex"), back, file.name);
      assert.equal(indented(encode(object, schema)), file.readBack("json").toString(), file.name);
      assert.equal(encodeProtobuf(decode<object>(file.read("json"), schema).value, schema).toString("hex"), back, file.name);
    }
  });
}

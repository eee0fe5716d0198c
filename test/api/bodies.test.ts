/** Bodies in every form that the API takes and gives: JSON, YAML and protobuf over the wire, and what is said of bad ones. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { schema } from "../../src/api/schemas.ts";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { decodeProtobuf, encodeProtobuf } from "../../src/machinery/protobuf/envelope.ts";
import { type Raw, type RawAnswer, send } from "../support/https.ts";

const PATH = "/api/v1/namespaces/default/configmaps";
const YAML = "application/yaml";
const PROTOBUF = "application/vnd.kubernetes.protobuf";

let cluster: ControlPlane;
let admin: Raw;
before(async () => {
  cluster = await startControlPlane();
  admin = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
});
after(() => cluster.close());

function create(contentType: string, body: string | Uint8Array, query = "", accept = "application/json"): Promise<RawAnswer> {
  return send(admin, "POST", `${PATH}${query}`, { "content-type": contentType, accept }, body);
}

/** A refusal's code and message. */
function refusal(answer: RawAnswer): [number, string] {
  return [answer.code, answer.json().message];
}

test("an object goes in as YAML and comes out as YAML", async () => {
  const answer = await create(YAML, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {b: \'yes\', a: "1", text: "x\\ny\\n"}\n', "", YAML);
  assert.equal(answer.code, 201);
  assert.match(answer.text, /^apiVersion: v1\ndata:\n {2}a: "1"\n {2}b: "yes"\n {2}text: \|\n {4}x\n {4}y\nkind: ConfigMap\nmetadata:\n/);
});

test("an object goes in as protobuf and comes out as protobuf", async () => {
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "protobuf" }, data: { a: "1" }, binaryData: { b: "AAEC" } };
  const answer = await create(PROTOBUF, encodeProtobuf(configMap, schema("core.v1.ConfigMap")), "", PROTOBUF);
  assert.equal(answer.code, 201);
  const { data, binaryData, kind } = decodeProtobuf<typeof configMap>(answer.bytes, schema("core.v1.ConfigMap"));
  assert.deepEqual({ kind, data: { ...data }, binaryData: { ...binaryData } }, { kind: "ConfigMap", data: { a: "1" }, binaryData: { b: "AAEC" } });
});

test("what is given twice or unknown is refused or warned of, by form", async () => {
  const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndatum: x\ndata: {a: '1'}\ndata: {b: '2'}\n";
  assert.deepEqual(refusal(await create(YAML, yaml, "?fieldValidation=Strict")), [
    400,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ' +
      'yaml: unmarshal errors:\n  line 6: key "data" already set in map, unknown field "datum"',
  ]);
  const warned = await create(YAML, yaml, "?fieldValidation=Warn&dryRun=All");
  assert.equal(warned.code, 201);
  assert.equal(warned.headers.warning, '299 - "line 6: key \\"data\\" already set in map", 299 - "unknown field \\"datum\\""');
  const json = '{"metadata": {"name": "twice"}, "datum": 1, "data": {"a": "1", "a": "2"}}';
  assert.deepEqual(refusal(await create("application/json", json, "?fieldValidation=Strict")), [
    400,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "datum", duplicate field "data.a"',
  ]);
});

test("a body that can't be read is a 400 that says why", async () => {
  const kind = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: ';
  assert.deepEqual(refusal(await create("application/json", '{"data": {"a": 1}}')), [
    400,
    `${kind}json: cannot unmarshal number into Go struct field ConfigMap.data of type string`,
  ]);
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`)}]`).join("\n")}`;
  for (const [contentType, body, message] of [
    [YAML, bomb, /excessive aliasing/],
    [YAML, `a: ${"[".repeat(100_000)}`, /yaml: /],
    ["application/json", `{"data":${"[".repeat(1_000_000)}`, /exceeded max depth/],
    [PROTOBUF, "{}", /does not appear to be a protobuf message/],
    [PROTOBUF, Buffer.from("k8s\0\x0a\xff\xff\xff\xff\x0f", "latin1"), /unexpected EOF/],
  ] as const) {
    const answer = await create(contentType, body);
    assert.equal(answer.code, 400);
    assert.match(answer.json().message, message);
  }
});

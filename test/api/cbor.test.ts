/** CBOR over the wire: what goes in and out where the server speaks it, and that it doesn't unless it is told to. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { cborToJson } from "../../src/machinery/cbor/decode.ts";
import { encodeCbor } from "../../src/machinery/cbor/encode.ts";
import { type Raw, type RawAnswer, send } from "../support/https.ts";

const CBOR = "application/cbor";
const PATH = "/api/v1/namespaces/default/secrets";
const MERGE = { "content-type": "application/merge-patch+json" };

let cluster: ControlPlane;
let admin: Raw;
before(async () => {
  cluster = await startControlPlane({ cbor: true });
  admin = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
});
after(() => cluster.close());

function read({ bytes, headers }: RawAnswer): Record<string, unknown> {
  assert.equal(headers["content-type"], CBOR);
  return JSON.parse(cborToJson(bytes));
}

test("an object goes in as CBOR and comes out as CBOR, bytes as bytes", async () => {
  const secret = encodeCbor({ apiVersion: "v1", kind: "Secret", metadata: { name: "cbor" }, data: { key: "AQID" } });
  const answer = await send(admin, "POST", PATH, { "content-type": CBOR, accept: CBOR }, secret);
  assert.deepEqual([answer.code, read(answer).data], [201, { key: "AQID" }]);
  assert.ok(answer.bytes.includes(Buffer.from("d643010203", "hex")), "tag 22 and three bytes");
  const listed = read(await send(admin, "GET", `${PATH}?fieldSelector=metadata.name%3Dcbor`, { accept: CBOR }));
  assert.deepEqual([listed.kind, (listed.items as object[]).map((item) => Object.keys(item))], ["SecretList", [["data", "type", "metadata"]]]);
});

test("apply, metadata, discovery and errors speak CBOR too", async () => {
  const applied = encodeCbor({ apiVersion: "v1", kind: "Secret", metadata: { name: "applied" }, stringData: { a: "b" } });
  const headers = { "content-type": "application/apply-patch+cbor", accept: CBOR };
  const answer = await send(admin, "PATCH", `${PATH}/applied?fieldManager=test`, headers, applied);
  assert.deepEqual([answer.code, read(answer).data], [201, { a: "Yg==" }]);
  const partial = read(await send(admin, "GET", PATH, { accept: `${CBOR};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io` }));
  assert.equal(partial.kind, "PartialObjectMetadataList");
  assert.equal((await send(admin, "GET", PATH, { accept: `${CBOR};as=Table;v=v1;g=meta.k8s.io` })).code, 406);
  assert.equal(read(await send(admin, "GET", "/apis/apps/v1", { accept: CBOR })).groupVersion, "apps/v1");
  assert.equal(read(await send(admin, "GET", `${PATH}/nope`, { accept: CBOR })).reason, "NotFound");
  const bad = await send(admin, "POST", PATH, { "content-type": CBOR }, Buffer.from("a2616101616102", "hex"));
  assert.match(bad.json().message, /duplicate map key "a"/);
});

test("a server that isn't told to speaks no CBOR", async () => {
  await using silent = await startControlPlane();
  const other = { url: silent.url, ca: silent.ca, identity: silent.identity("admin", ["system:masters"]) };
  assert.equal((await send(other, "GET", PATH, { accept: CBOR })).code, 406);
  assert.equal((await send(other, "POST", PATH, { "content-type": CBOR }, encodeCbor({}))).code, 415);
  const patched = await send(other, "PATCH", `${PATH}/x`, { "content-type": "application/apply-patch+cbor" }, encodeCbor({}));
  assert.equal(patched.code, 415);
  assert.equal((await send(other, "PATCH", `${PATH}/x`, MERGE, "{}")).code, 404);
});

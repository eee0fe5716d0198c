/** What every request meets before a verb: the door for nobody, path games, forms of answers, headers, reviews. */

import assert from "node:assert/strict";
import { on, once } from "node:events";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import WebSocket from "ws";
import { parse } from "yaml";
import { schema } from "../../src/api/schemas.ts";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { decodeProtobuf } from "../../src/machinery/protobuf/envelope.ts";
import { type Raw, send } from "../support/https.ts";
import { openNamespace } from "../support/open-namespace.ts";

let cluster: ControlPlane;
let nobody: Raw;
let admin: Raw;
let ann: Raw;
before(async () => {
  cluster = await startControlPlane();
  await openNamespace(cluster, "default");
  nobody = { url: cluster.url, ca: cluster.ca };
  admin = { ...nobody, identity: cluster.identity("admin", ["system:masters"]) };
  ann = { ...nobody, identity: cluster.identity("ann") };
});
after(() => cluster.close());

const POD = { metadata: { name: "web" }, spec: { containers: [{ name: "a", image: "b" }] } };
const PODS = "/api/v1/namespaces/default/pods";

test("nobody learns that the server lives, and nothing else", async () => {
  for (const path of ["/livez", "/readyz", "/healthz"]) {
    const answer = await send(nobody, "GET", path);
    assert.deepEqual([answer.code, answer.text], [200, "ok"], path);
  }
  const paths = ["/", "/version", "/api", "/apis", "/openapi/v3", "/metrics", "/livez?verbose", "/livez/etcd", "/openid/v1/jwks", PODS, "/nothing"];
  for (const path of paths) {
    const answer = await send(nobody, "GET", path);
    assert.equal(answer.code, 401, path);
    assert.deepEqual(answer.json(), {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Unauthorized",
      reason: "Unauthorized",
      code: 401,
    });
    assert.equal(answer.headers["www-authenticate"], 'Bearer realm="kubernetes"');
  }
  for (const authorization of ["Bearer nonsense", "Bearer", "Basic YTpi", "Bearer a.b.c"]) {
    assert.equal((await send(nobody, "GET", "/version", { authorization })).code, 401, authorization);
  }
  assert.equal((await send(admin, "GET", "/version", { authorization: "Bearer nonsense" })).code, 401, "two credentials");
});

test("an odd path is refused before anybody is asked about", async () => {
  for (const path of ["/api/v1/namespaces/../pods", "/api/v1//pods", "/api/v1/%70ods", "/api/v1/pods;x", "/api/v1/pods/%2e%2e", "/api/v1/pods?a=%zz"]) {
    const answer = await send(nobody, "GET", path);
    assert.deepEqual([answer.code, answer.json().reason], [400, "BadRequest"], path);
  }
  assert.equal((await send(nobody, "GET", `${PODS}?timeout=soon`)).code, 400);
});

test("what isn't there is a Status inside the server's groups and text elsewhere", async () => {
  assert.equal((await send(admin, "GET", "/nothing")).text, "404 page not found\n");
  assert.equal((await send(admin, "GET", "/apis/none.example/v1/things")).text, "404 page not found\n");
  const inside = await send(admin, "GET", "/apis/apps/v1/things");
  assert.deepEqual([inside.code, inside.json().message, inside.json().details], [404, "the server could not find the requested resource", {}]);
  assert.equal((await send(admin, "GET", "/api/v1/namespaces/default/nodes/x")).code, 404, "a cluster's object through a namespace");
  assert.equal((await send(admin, "GET", "/api/v1/pods/x")).code, 404, "a namespace's object without its namespace");
  assert.deepEqual(
    [(await send(admin, "HEAD", PODS)).code, (await send(admin, "OPTIONS", PODS)).code, (await send(admin, "POST", "/version")).code],
    [405, 405, 405],
  );
});

test("what lies in namespaces is read of all of them, and deleted together in one", async () => {
  const codes = [];
  for (const [method, path] of [
    ["GET", "/api/v1/pods"],
    ["HEAD", "/api/v1/pods"],
    ["DELETE", "/api/v1/pods"],
    ["DELETE", PODS],
  ] as const)
    codes.push((await send(admin, method, path)).code);
  assert.deepEqual(codes, [200, 405, 405, 200]);
});

test("a refusal is in Kubernetes' words and has its headers", async () => {
  const answer = await send(ann, "GET", `${PODS}/x`);
  assert.equal(answer.code, 403);
  assert.deepEqual(answer.json(), {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: 'pods "x" is forbidden: User "ann" cannot get resource "pods" in API group "" in the namespace "default"',
    reason: "Forbidden",
    details: { name: "x", kind: "pods" },
    code: 403,
  });
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.match(String(answer.headers["audit-id"]), /^[0-9a-f-]{36}$/);
  assert.equal(answer.headers["cache-control"], "no-cache, private");
  const path = await send(ann, "GET", "/metrics");
  assert.equal(path.json().message, 'forbidden: User "ann" cannot get path "/metrics"');
  assert.notEqual((await send(admin, "GET", "/version", { "audit-id": "mine" })).headers["audit-id"], "mine");
});

test("an object and a list are answered in every form that a client asks for", async () => {
  assert.equal((await send(admin, "POST", PODS, { "content-type": "application/json" }, JSON.stringify(POD))).code, 201);
  const get = (accept: string, path = `${PODS}/web`) => send(admin, "GET", path, { accept });
  const json = (await get("application/json")).json();
  assert.deepEqual([json.kind, json.metadata.name], ["Pod", "web"]);
  const yaml = await get("application/yaml");
  assert.equal(yaml.headers["content-type"], "application/yaml");
  assert.deepEqual(parse(yaml.text), json);
  const protobuf = await get("application/vnd.kubernetes.protobuf");
  assert.equal(protobuf.headers["content-type"], "application/vnd.kubernetes.protobuf");
  const decoded = decodeProtobuf<{ metadata: { name: string; uid: string } }>(protobuf.bytes, schema("core.v1.Pod"));
  assert.deepEqual([decoded.metadata.name, decoded.metadata.uid], ["web", json.metadata.uid]);
  const list = decodeProtobuf<{ items: { metadata: { uid: string } }[] }>(
    (await get("application/vnd.kubernetes.protobuf", PODS)).bytes,
    schema("core.v1.PodList"),
  );
  assert.deepEqual(
    list.items.map((item) => item.metadata.uid),
    [json.metadata.uid],
  );
  const table = (await get("application/json;as=Table;v=v1;g=meta.k8s.io", PODS)).json();
  assert.deepEqual([table.kind, table.rows[0].cells[0], table.rows[0].object.kind], ["Table", "web", "PartialObjectMetadata"]);
  assert.equal((await get("application/json;as=Table;v=v1;g=meta.k8s.io", `${PODS}?includeObject=Object`)).json().rows[0].object.kind, "Pod");
  assert.equal((await get("application/json;as=Table;v=v1;g=meta.k8s.io", `${PODS}?includeObject=All`)).code, 400);
  const partial = (await get("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", PODS)).json();
  assert.deepEqual(
    [partial.kind, Object.keys(partial.items[0]), partial.items[0].metadata],
    ["PartialObjectMetadataList", ["kind", "apiVersion", "metadata"], json.metadata],
  );
  assert.match((await send(admin, "GET", `${PODS}/web?pretty=true`)).text, /^\{\n {2}"kind": "Pod",\n/);
  assert.match((await send(admin, "GET", PODS, { "user-agent": "curl/8" })).text, /^\{\n {2}"kind": "PodList",\n/);
});

test("lists are tried in order, and what can't be had is 406", async () => {
  const code = async (accept: string, path = `${PODS}/web`): Promise<unknown[]> => {
    const answer = await send(admin, "GET", path, { accept });
    return [answer.code, answer.headers["content-type"]];
  };
  assert.deepEqual(await code("text/html,application/yaml;q=0.5,*/*;q=0.1"), [200, "application/yaml"]);
  assert.deepEqual(await code("application/*"), [406, "application/json"]);
  assert.deepEqual(await code("application/cbor,application/json"), [200, "application/json"]);
  assert.deepEqual(await code("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", PODS), [406, "application/json"]);
  assert.deepEqual(await code("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io"), [406, "application/json"]);
  assert.deepEqual(await code("application/vnd.kubernetes.protobuf", `${PODS}/none`), [404, "application/vnd.kubernetes.protobuf"]);
});

test("items of a list carry no type, and a large list is compressed for those who ask", async () => {
  const path = "/api/v1/namespaces/default/configmaps";
  const data = { a: "x".repeat(50_000) };
  for (const name of ["one", "two", "three", "four", "five", "six", "seven"]) {
    await send(admin, "POST", path, { "content-type": "application/json" }, JSON.stringify({ metadata: { name }, data }));
  }
  const plain = await send(admin, "GET", path);
  const list = plain.json();
  assert.deepEqual([list.kind, list.apiVersion, list.items.length, Object.keys(list.items[0])], ["ConfigMapList", "v1", 7, ["metadata", "data"]]);
  const packed = await send(admin, "GET", path, { "accept-encoding": "gzip" });
  assert.equal(packed.headers["content-encoding"], "gzip");
  assert.ok(packed.bytes.length < plain.bytes.length / 20);
  assert.deepEqual(JSON.parse(gunzipSync(packed.bytes).toString()), list);
  assert.equal((await send(admin, "GET", `${path}/one`, { "accept-encoding": "gzip" })).headers["content-encoding"], undefined, "too small");
});

test("discovery tells the same plain and at once, and is kept by its tag", async () => {
  const plain = (await send(admin, "GET", "/apis/apps/v1")).json();
  assert.deepEqual([plain.kind, plain.resources.find((one: { name: string }) => one.name === "deployments").kind], ["APIResourceList", "Deployment"]);
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  const whole = await send(admin, "GET", "/apis", { accept });
  const apps = whole.json().items.find((item: { metadata: { name: string } }) => item.metadata.name === "apps");
  assert.ok(apps.versions[0].resources.some((one: { resource: string }) => one.resource === "deployments"));
  assert.equal((await send(admin, "GET", "/apis", { accept, "if-none-match": whole.headers.etag })).code, 304);
  assert.equal((await send(admin, "GET", "/api/")).json().kind, "APIVersions");
  assert.ok((await send(admin, "GET", "/")).json().paths.includes("/apis/apps/v1"));
});

test("OpenAPI documents are named by their hash", async () => {
  const index = (await send(admin, "GET", "/openapi/v3")).json();
  const url: string = index.paths["apis/apps/v1"].serverRelativeURL;
  const document = await send(admin, "GET", url);
  assert.ok(document.json().paths["/apis/apps/v1/deployments"]);
  assert.match(String(document.headers["cache-control"]), /immutable/);
  const stale = await send(admin, "GET", "/openapi/v3/apis/apps/v1?hash=0");
  assert.deepEqual([stale.code, stale.headers.location], [301, url]);
  assert.equal((await send(admin, "GET", "/openapi/v3/apis/apps/v1", { "if-none-match": document.headers.etag })).code, 304);
});

test("access reviews say what the authorizers say", async () => {
  const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  const ask = async (spec: object): Promise<unknown> => {
    const answer = await send(admin, "POST", path, { "content-type": "application/json" }, JSON.stringify({ spec }));
    return answer.code === 201 ? answer.json().status : answer.json().message;
  };
  const resourceAttributes = { verb: "get", resource: "pods", namespace: "default" };
  assert.deepEqual(await ask({ user: "ann", resourceAttributes }), { allowed: false });
  assert.deepEqual(await ask({ user: "ann", groups: ["system:masters"], resourceAttributes }), { allowed: true });
  const table = { "content-type": "application/json", accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
  assert.equal((await send(admin, "POST", path, table, JSON.stringify({ spec: { user: "ann", resourceAttributes } }))).code, 406);
  assert.match(String(await ask({ user: "ann" })), /exactly one of nonResourceAttributes or resourceAttributes must be specified/);
  assert.match(String(await ask({ resourceAttributes })), /at least one of user or group must be specified/);
});

test("a watch goes over a WebSocket too, one text frame an event", async () => {
  const { hostname, port } = new URL(cluster.url);
  const { cert, key } = admin.identity!;
  const path = "/api/v1/namespaces/kube-public/configmaps?watch=1";
  const options = { ca: cluster.ca, cert, key, headers: { origin: "https://example.org" } };
  const socket = new WebSocket(`wss://${hostname}:${port}${path}`, options);
  const events = on(socket, "message");
  await once(socket, "open");
  await send(admin, "POST", "/api/v1/namespaces/kube-public/configmaps", { "content-type": "application/json" }, '{"metadata":{"name":"seen"}}');
  const [data, isBinary] = (await events.next()).value ?? [];
  const event = JSON.parse(String(data));
  assert.deepEqual([isBinary, event.type, event.object.metadata.name], [false, "ADDED", "seen"]);
  socket.close();
  await once(socket, "close");
  const refused = new WebSocket(`wss://${hostname}:${port}${path}`, { ca: cluster.ca, cert, key });
  const [error] = await once(refused, "error");
  assert.match(error.message, /Unexpected server response: 400/);
});

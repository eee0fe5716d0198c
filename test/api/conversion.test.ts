/** Custom resources of two versions that a webhook converts: written in either, read in either, stored before the storage version changed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { type RawAnswer, send } from "../support/https.ts";
import { webhookServer } from "../support/webhook-server.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const V1 = "/apis/example.com/v1/namespaces/default/hosts";
const V2 = "/apis/example.com/v2/namespaces/default/hosts";

interface Host {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; finalizers?: string[] };
  hostPort?: string;
  host?: string;
  port?: string;
}

/** v1 has `hostPort: "a:1"`, v2 has `host` and `port`. */
function converted({ hostPort, host, port, ...rest }: Host, apiVersion: string): Host {
  if (apiVersion === "example.com/v1") return { ...rest, apiVersion, hostPort: `${host}:${port}` };
  const [name = "", number = ""] = (hostPort ?? "").split(":");
  return { ...rest, apiVersion, host: name, port: number };
}

const version = (name: string, storage: boolean, fields: readonly string[]) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: "object", properties: Object.fromEntries(fields.map((field) => [field, { type: "string" }])) } },
});

test("a webhook converts what is written and read in another version than the stored one", async () => {
  await using webhook = await webhookServer(({ request: { uid, desiredAPIVersion, objects } }) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "ConversionReview",
    response: { uid, result: { status: "Success" }, convertedObjects: objects.map((object: Host) => converted(object, desiredAPIVersion)) },
  }));
  await using cluster = await startControlPlane();
  const raw = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  const ask = (method: string, path: string, body?: unknown, type = "application/json"): Promise<RawAnswer> =>
    send(raw, method, path, body === undefined ? {} : { "content-type": type }, body === undefined ? undefined : JSON.stringify(body));
  const until = async (path: string, code: number): Promise<void> => {
    for (let i = 0; (await ask("GET", path)).code !== code; i++) {
      assert.ok(i < 200, `${path} never answered ${code}`);
      await sleep(20);
    }
  };
  const { url, caBundle } = webhook;
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "hosts.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "hosts", kind: "Host" },
      conversion: { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig: { url: `${url}/convert`, caBundle } } },
      versions: [version("v1", true, ["hostPort"]), version("v2", false, ["host", "port"])],
    },
  };
  assert.equal((await ask("POST", DEFINITIONS, definition)).code, 201);
  await until(V1, 200);

  assert.equal((await ask("POST", V1, { apiVersion: "example.com/v1", kind: "Host", metadata: { name: "a" }, hostPort: "x:1" })).code, 201);
  const second = { apiVersion: "example.com/v2", kind: "Host", metadata: { name: "b", finalizers: ["example.com/wait"] }, host: "y", port: "2" };
  const made = (await ask("POST", V2, second)).json();
  assert.deepEqual([made.apiVersion, made.host, made.port], ["example.com/v2", "y", "2"]);
  assert.deepEqual((await ask("GET", `${V1}/b`)).json().hostPort, "y:2");
  const listed = (await ask("GET", V2)).json().items.map(({ apiVersion, metadata, host, port }: Host) => [apiVersion, metadata.name, host, port]);
  assert.deepEqual(listed, [
    ["example.com/v2", "a", "x", "1"],
    ["example.com/v2", "b", "y", "2"],
  ]);
  const patched = (await ask("PATCH", `${V2}/a`, { port: "9", metadata: { labels: { z: "1" } } }, "application/merge-patch+json")).json();
  assert.deepEqual([patched.port, patched.metadata.labels], ["9", { z: "1" }]);
  const { hostPort, metadata } = (await ask("GET", `${V1}/a`)).json();
  assert.deepEqual([hostPort, metadata.labels, metadata.generation], ["x:9", { z: "1" }, 2]);

  // What was stored as v1 is asked for once v2 is what is stored.
  const path = `${DEFINITIONS}/hosts.example.com`;
  const storage = [
    { op: "replace", path: "/spec/versions/0/storage", value: false },
    { op: "replace", path: "/spec/versions/1/storage", value: true },
  ];
  assert.deepEqual((await ask("PATCH", path, storage, "application/json-patch+json")).json().status.storedVersions, ["v1", "v2"]);
  await sleep(50);
  assert.deepEqual((await ask("GET", `${V2}/a`)).json().port, "9");
  assert.deepEqual((await ask("GET", `${V1}/a`)).json().hostPort, "x:9");

  // A deletion that waits is written, in the stored form.
  assert.equal((await ask("DELETE", `${V1}/b`)).code, 200);
  assert.ok((await ask("GET", `${V1}/b`)).json().metadata.deletionTimestamp);
  assert.equal((await ask("PATCH", `${V1}/b`, { metadata: { finalizers: null } }, "application/merge-patch+json")).code, 200);
  await until(`${V2}/b`, 404);
});

test("a webhook that changes a name is refused", async () => {
  await using webhook = await webhookServer(({ request: { uid, desiredAPIVersion, objects } }) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "ConversionReview",
    response: {
      uid,
      result: { status: "Success" },
      convertedObjects: objects.map((object: Host) => ({ ...object, apiVersion: desiredAPIVersion, metadata: { ...object.metadata, name: "other" } })),
    },
  }));
  await using cluster = await startControlPlane();
  const raw = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  const ask = (method: string, path: string, body?: unknown): Promise<RawAnswer> =>
    send(raw, method, path, body === undefined ? {} : { "content-type": "application/json" }, body === undefined ? undefined : JSON.stringify(body));
  const clientConfig = { url: webhook.url, caBundle: webhook.caBundle };
  const spec = {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "hosts", kind: "Host" },
    conversion: { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig } },
    versions: [version("v1", true, ["hostPort"]), version("v2", false, ["hostPort"])],
  };
  await ask("POST", DEFINITIONS, { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: "hosts.example.com" }, spec });
  for (let i = 0; i < 200 && (await ask("GET", V1)).code !== 200; i++) await sleep(20);
  await ask("POST", V1, { apiVersion: "example.com/v1", kind: "Host", metadata: { name: "a" }, hostPort: "x:1" });
  const answer = await ask("GET", V2);
  assert.equal(answer.code, 500);
  assert.match(
    answer.json().message,
    /^conversion webhook for example\.com\/v1, Kind=Host returned invalid converted object at index 0: must have the same name: a != other$/,
  );
});

test("a watch of a converted version ends where its webhook breaks, and begins again once that is mended", async () => {
  let isBroken = false;
  await using webhook = await webhookServer(({ request: { uid, desiredAPIVersion, objects } }, _, response) => {
    if (isBroken) return void response.writeHead(500).end("out of order");
    const convertedObjects = objects.map((object: Host) => converted(object, desiredAPIVersion));
    return { apiVersion: "apiextensions.k8s.io/v1", kind: "ConversionReview", response: { uid, result: { status: "Success" }, convertedObjects } };
  });
  await using cluster = await startControlPlane();
  const raw = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  const ask = (method: string, path: string, body?: unknown): Promise<RawAnswer> =>
    send(raw, method, path, body === undefined ? {} : { "content-type": "application/json" }, body === undefined ? undefined : JSON.stringify(body));
  const { url, caBundle } = webhook;
  const definition = {
    ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: "hosts.example.com" } },
    spec: {
      ...{ group: "example.com", scope: "Namespaced", names: { plural: "hosts", kind: "Host" } },
      conversion: { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig: { url: `${url}/convert`, caBundle } } },
      versions: [version("v1", true, ["hostPort"]), version("v2", false, ["host", "port"])],
    },
  };
  assert.equal((await ask("POST", DEFINITIONS, definition)).code, 201);
  for (let i = 0; (await ask("GET", V2)).code !== 200; i++) {
    assert.ok(i < 200, `${V2} never answered`);
    await sleep(20);
  }
  const make = async (name: string): Promise<void> =>
    assert.equal((await ask("POST", V1, { apiVersion: "example.com/v1", kind: "Host", metadata: { name }, hostPort: `${name}:1` })).code, 201);
  await make("a");
  const { resourceVersion } = (await ask("GET", V2)).json().metadata;
  const watching = ask("GET", `${V2}?watch=true&resourceVersion=${resourceVersion}&timeoutSeconds=20`);
  await sleep(200); // Its request is there: an event that comes before it is told all the same.
  await make("b");
  await sleep(300);
  isBroken = true;
  await make("c"); // What is stored needs no conversion.
  const told = (await watching).text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    told.map(({ type, object }) => [type, object.metadata.name ?? object.code, object.host]),
    [
      ["ADDED", "b", "b"],
      ["ERROR", 410, undefined],
    ],
    "it ends at once, and its client lists again",
  );
  assert.equal((await ask("GET", V2)).code, 500);
  isBroken = false;
  const names = (await ask("GET", V2)).json().items.map(({ host }: Host) => host);
  assert.deepEqual(names, ["a", "b", "c"]);
});

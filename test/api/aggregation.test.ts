/** Aggregated APIs: a real extension server on loopback behind a service, its availability, its requests, and its documents among the server's own. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "node:tls";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { type ExtensionServer, extensionServer } from "../support/extension-server.ts";
import { type RawAnswer, send } from "../support/https.ts";

const SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const FLUNDERS = "/apis/wardle.example.com/v1/namespaces/default/flunders";
const NAME = "v1.wardle.example.com";
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

interface Arranged extends AsyncDisposable {
  readonly cluster: ControlPlane;
  readonly server: ExtensionServer;
  call(method: string, path: string, body?: object, headers?: Record<string, string | string[]>, user?: string): Promise<RawAnswer>;
  available(expected: string): Promise<void>;
}

async function arrange(): Promise<Arranged> {
  const stack = new AsyncDisposableStack();
  const cluster = stack.use(await startControlPlane());
  const admin = cluster.identity("admin", ["system:masters"]);
  function call(method: string, path: string, body?: object, headers: Record<string, string | string[]> = {}, user?: string): Promise<RawAnswer> {
    const text = body && JSON.stringify(body);
    const identity = user ? cluster.identity(user, ["anglers"]) : admin;
    const own = text ? { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) } : {};
    return send({ url: cluster.url, ca: cluster.ca, identity }, method, path, { ...own, ...headers }, text);
  }
  const trust = (await call("GET", "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication")).json().data;
  assert.deepEqual(JSON.parse(trust["requestheader-allowed-names"]), ["front-proxy-client"]);
  const server = stack.use(await extensionServer(trust["requestheader-client-ca-file"], "api.fish.svc"));
  async function available(expected: string): Promise<void> {
    let seen = "";
    for (let tries = 0; tries < 100; tries++) {
      const conditions = (await call("GET", `${SERVICES}/${NAME}`)).json().status?.conditions ?? [];
      const { status, reason } = conditions.find(({ type }: { type: string }) => type === "Available") ?? {};
      seen = `${status} ${reason}`;
      if (seen === expected) return;
      await pause(50);
    }
    assert.equal(seen, expected);
  }
  await call("POST", "/api/v1/namespaces", { metadata: { name: "fish" } });
  return { cluster, server, call, available, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Registers the server; its service is another name of this machine. */
async function register({ call, server }: Arranged): Promise<void> {
  const service = { type: "ExternalName", externalName: "localhost" };
  assert.equal((await call("POST", "/api/v1/namespaces/fish/services", { metadata: { name: "api" }, spec: service })).code, 201);
  const spec = {
    ...{ group: "wardle.example.com", version: "v1", groupPriorityMinimum: 17_790, versionPriority: 10, caBundle: server.caBundle },
    service: { namespace: "fish", name: "api", port: server.port },
  };
  const answer = await call("POST", SERVICES, { metadata: { name: NAME }, spec });
  assert.equal(answer.code, 201, answer.text);
}

test("every group has its APIService, made again when deleted, and custom resources have theirs for as long as they are served", async () => {
  await using w = await arrange();
  const names = async () => (await w.call("GET", SERVICES)).json().items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  const groups = (await w.call("GET", "/apis")).json().groups.map(({ name }: { name: string }) => name);
  const all: string[] = await names();
  assert.deepEqual([...new Set(all.map((name) => name.slice(name.indexOf(".") + 1)))].sort(), ["", ...groups.slice(1)].sort());
  assert.equal(groups[0], "apiregistration.k8s.io");
  const { spec, status, metadata } = (await w.call("GET", `${SERVICES}/v2.autoscaling`)).json();
  assert.deepEqual(spec, { group: "autoscaling", version: "v2", groupPriorityMinimum: 17_500, versionPriority: 30 });
  assert.deepEqual([status.conditions[0].reason, metadata.labels], ["Local", { "kube-aggregator.kubernetes.io/automanaged": "onstart" }]);
  await w.call("DELETE", `${SERVICES}/v2.autoscaling`);
  const schema = { openAPIV3Schema: { type: "object" } };
  const crd = {
    metadata: { name: "fish.example.org" },
    spec: {
      ...{ group: "example.org", scope: "Cluster", names: { plural: "fish", singular: "fish", kind: "Fish", listKind: "FishList" } },
      versions: [
        { name: "v1", served: true, storage: true, schema },
        { name: "v1beta1", served: false, storage: false, schema },
      ],
    },
  };
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  assert.equal((await w.call("POST", definitions, crd)).code, 201);
  await until(async () => (await names()).includes("v1.example.org"));
  assert.equal((await names()).length, all.length + 1);
  assert.deepEqual((await w.call("GET", `${SERVICES}/v1.example.org`)).json().spec, {
    ...{ group: "example.org", version: "v1", groupPriorityMinimum: 1000, versionPriority: 100 },
  });
  await w.call("DELETE", `${definitions}/fish.example.org`);
  await until(async () => !(await names()).includes("v1.example.org"));
});

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await done()) return;
    await pause(50);
  }
  assert.fail("it did not come to be in time");
}

test("an extension's requests reach it as whoever asks, over TLS that each side proves itself by", async () => {
  await using w = await arrange();
  await register(w);
  await w.available("True Passed");
  assert.equal((await w.call("GET", `${FLUNDERS}/f`)).json().kind, "Flunder");
  const forged = { "x-remote-user": "root", "x-remote-group": "system:masters", "x-remote-extra-a": "b" };
  const made = await w.call("POST", `${FLUNDERS}?dryRun=All`, { kind: "Flunder" }, forged);
  assert.deepEqual([made.code, made.json()], [201, { kind: "Flunder" }]);
  const { "x-remote-extra-authentication.kubernetes.io%2fcredential-id": credential, ...identity } = w.server.identity;
  assert.match(String(credential), /^X509SHA256=/);
  assert.deepEqual(identity, { "x-remote-user": ["admin"], "x-remote-group": ["system:masters", "system:authenticated"] });
  const impersonation = { "impersonate-user": "bob", "impersonate-uid": "u-1", "impersonate-group": ["a", "b"], "impersonate-extra-scopes": ["x", "y"] };
  await w.call("GET", `${FLUNDERS}/f`, undefined, impersonation);
  assert.equal((await w.call("GET", `${FLUNDERS}/f`, undefined, impersonation)).code, 403); // The server itself asks whether he may.
  await w.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", {
    metadata: { name: "anglers" },
    rules: [{ verbs: ["get"], apiGroups: ["wardle.example.com"], resources: ["flunders"] }],
  });
  await w.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    metadata: { name: "anglers" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "anglers" },
    subjects: [{ kind: "User", name: "bob", apiGroup: "rbac.authorization.k8s.io" }],
  });
  assert.equal((await w.call("GET", `${FLUNDERS}/f`, undefined, impersonation)).code, 200);
  assert.deepEqual(w.server.identity, {
    "x-remote-user": ["bob"],
    "x-remote-uid": ["u-1"],
    "x-remote-group": ["a", "b", "system:authenticated"],
    "x-remote-extra-scopes": ["x", "y"],
  });
  const watched = await w.call("GET", `${FLUNDERS}?watch=true`);
  assert.deepEqual(
    watched.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).type),
    ["ADDED", "DELETED"],
  );
  assert.equal((await w.call("GET", `${FLUNDERS}/none`)).json().reason, "NotFound");
  const away = await w.call("GET", `${FLUNDERS}/away`);
  assert.deepEqual([away.code, away.headers.location], [502, undefined]); // CVE-2022-3172
  assert.deepEqual(
    w.server.asked.map((one) => one.replace(FLUNDERS, "")),
    ["GET /f admin", "POST ?dryRun=All admin", "GET /f bob", "GET ?watch=true admin", "GET /none admin", "GET /away admin"],
  );
});

test("a session that switches protocols goes through", async () => {
  await using w = await arrange();
  await register(w);
  await w.available("True Passed");
  const { hostname, port } = new URL(w.cluster.url);
  const { cert, key } = w.cluster.identity("admin", ["system:masters"]);
  const socket = connect({ host: hostname, port: Number(port), ca: w.cluster.ca, cert, key, servername: "localhost", ALPNProtocols: ["http/1.1"] });
  await once(socket, "secureConnect");
  socket.write(`GET ${FLUNDERS}/f HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
  const [head] = await once(socket, "data");
  assert.match(String(head), /^HTTP\/1\.1 101 /);
  socket.write("hello");
  const [echo] = await once(socket, "data");
  assert.equal(String(echo), "hello");
  socket.destroy();
  assert.deepEqual(w.server.asked, [`GET ${FLUNDERS}/f admin`]);
});

test("an extension stands in discovery and OpenAPI beside what is built in", async () => {
  await using w = await arrange();
  await register(w);
  await w.available("True Passed");
  const groups = (await w.call("GET", "/apis")).json().groups.map(({ name }: { name: string }) => name);
  assert.deepEqual(groups.slice(0, 4), ["apiregistration.k8s.io", "apps", "wardle.example.com", "events.k8s.io"]); // By its priority.
  assert.equal((await w.call("GET", "/apis/wardle.example.com")).json().preferredVersion.version, "v1");
  assert.equal((await w.call("GET", "/apis/wardle.example.com/v1")).json().resources[0].name, "flunders");
  const items = (await w.call("GET", "/apis", undefined, { accept: AGGREGATED })).json().items;
  const responseKind = { group: "", version: "", kind: "Flunder" };
  assert.deepEqual(items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "wardle.example.com").versions, [
    {
      version: "v1",
      resources: [
        {
          ...{ resource: "flunders", responseKind, scope: "Namespaced", singularResource: "flunder", verbs: ["create", "get", "watch"], shortNames: ["fl"] },
          subresources: [{ subresource: "status", responseKind, verbs: ["get"] }],
        },
      ],
      freshness: "Current",
    },
  ]);
  const index = (await w.call("GET", "/openapi/v3")).json().paths;
  const described = (await w.call("GET", index["apis/wardle.example.com/v1"].serverRelativeURL)).json();
  assert.equal(described.components.schemas["com.example.Flunder"].description, "A fish.");
  const swagger = (await w.call("GET", "/openapi/v2")).json();
  assert.deepEqual(
    Object.keys(swagger.paths).filter((path) => path.includes("example.com")),
    ["/apis/wardle.example.com/v1/namespaces/{namespace}/flunders"],
  );
  assert.deepEqual([swagger.definitions["com.example.Flunder"].description, swagger.definitions["com.example.Other"]], ["A fish.", undefined]);
});

test("an extension that can't be had says why, answers 503, and is stale to those who discover; when it goes, so does its group", async () => {
  await using w = await arrange();
  const { server, call, available } = w;
  const service = { namespace: "fish", name: "api", port: 443 };
  const spec = { group: "wardle.example.com", version: "v1", groupPriorityMinimum: 100, versionPriority: 10, caBundle: server.caBundle, service };
  assert.equal((await call("POST", SERVICES, { metadata: { name: NAME }, spec })).code, 201);
  await available("False ServiceNotFound");
  const answer = await call("GET", `${FLUNDERS}/f`);
  assert.deepEqual([answer.code, answer.text], [503, "service unavailable\n"]);
  const port = (number: number) => ({ metadata: { name: "api" }, spec: { ports: [{ port: number, name: "https" }] } });
  await call("POST", "/api/v1/namespaces/fish/services", port(444));
  await available("False ServicePortError");
  await call("DELETE", "/api/v1/namespaces/fish/services/api");
  await call("POST", "/api/v1/namespaces/fish/services", port(443));
  await available("False EndpointsNotFound");
  const slice = (ready: boolean) => ({
    metadata: { name: "api-1", labels: { "kubernetes.io/service-name": "api" } },
    ...{ addressType: "IPv4", ports: [{ name: "https", port: 1 }], endpoints: [{ addresses: ["192.0.2.1"], conditions: { ready } }] },
  });
  const slices = "/apis/discovery.k8s.io/v1/namespaces/fish/endpointslices";
  await call("POST", slices, slice(false));
  await available("False MissingEndpoints");
  await call("DELETE", `${slices}/api-1`);
  await call("DELETE", "/api/v1/namespaces/fish/services/api");
  await call("DELETE", `${SERVICES}/${NAME}`);
  await register(w);
  await available("True Passed");
  server.broken = true;
  await call("PATCH", `${SERVICES}/${NAME}`, { metadata: { annotations: { look: "again" } } }, { "content-type": "application/merge-patch+json" });
  await available("False FailedDiscoveryCheck");
  const metrics = (await call("GET", "/metrics")).text.split("\n");
  assert.ok(metrics.includes(`aggregator_unavailable_apiservice{name="${NAME}"} 1`));
  assert.ok(metrics.includes('aggregator_unavailable_apiservice{name="v1.apps"} 0'));
  assert.ok(metrics.includes(`aggregator_unavailable_apiservice_total{name="${NAME}",reason="FailedDiscoveryCheck"} 1`));
  const items = (await call("GET", "/apis", undefined, { accept: AGGREGATED })).json().items;
  const { versions } = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "wardle.example.com");
  assert.deepEqual([versions[0].freshness, versions[0].resources.length], ["Stale", 1]);
  await call("DELETE", `${SERVICES}/${NAME}`);
  await until(async () => (await call("GET", "/apis/wardle.example.com")).code === 404);
});

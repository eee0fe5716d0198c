/** The webhook client against a real server on loopback: what it sends, what it refuses, how it says so. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import { type Answer, webhookServer } from "../../../test/support/webhook-server.ts";
import type { KubeObject } from "../../api/kind.ts";
import { systemClock } from "../../machinery/clock.ts";
import { createDialer, PURPOSES, type Purpose } from "../../machinery/dialer.ts";
import { systemRandom } from "../../machinery/random.ts";
import { WebhookError } from "../../machinery/webhook.ts";
import { webhookClient } from "./webhook-client.ts";

function clientOver(reader = new MemoryReader(), purpose: Purpose = PURPOSES.localExtension, resolve?: (host: string) => Promise<string[]>) {
  const dialer = createDialer(resolve ? { resolve } : {});
  const client = webhookClient({ dialer, purpose, reader, clock: systemClock, random: systemRandom });
  return { post: client.post, [Symbol.dispose]: () => client.close() };
}

const says =
  (pattern: RegExp, code = 0) =>
  (error: unknown) => {
    assert.ok(error instanceof WebhookError, String(error));
    assert.match(error.message, pattern);
    assert.equal(error.code, code);
    return true;
  };

test("a webhook is asked at its URL over one connection, and told how long it may take", async () => {
  const answer: Answer = (body, request) => ({ seen: body, method: request.method, type: request.headers["content-type"], host: request.headers.host });
  await using server = await webhookServer(answer);
  using client = clientOver();
  const { caBundle } = server;
  const first = await client.post({ url: `${server.url}/ask`, caBundle }, '{"a":1}', { timeoutMs: 2500 });
  assert.deepEqual(JSON.parse(first.toString()), { seen: { a: 1 }, method: "POST", type: "application/json", host: `127.0.0.1:${server.port}` });
  await client.post({ url: server.url, caBundle }, "{}");
  assert.deepEqual(server.asked, ["/ask?timeout=3s", "/"]);
  assert.equal(server.connections, 1);
});

test("a kept connection that the server has closed costs nothing but another", async () => {
  await using server = await webhookServer((_, __, response) => {
    response.once("finish", () => setImmediate(() => response.socket?.destroy()));
    return {};
  });
  using client = clientOver();
  for (let i = 0; i < 3; i++) await client.post({ url: server.url, caBundle: server.caBundle }, "{}");
  assert.equal(server.asked.length, 3);
});

test("a service is asked at a ready endpoint under its own name", async () => {
  await using server = await webhookServer((_, request) => ({ host: request.headers.host }), ["hook.ops.svc"]);
  const reader = new MemoryReader();
  using client = clientOver(reader);
  const service = { namespace: "ops", name: "hook", path: "/v", port: 443 };
  const post = () => client.post({ service, caBundle: server.caBundle }, "{}", { timeoutMs: 1000 });
  const at = "https://hook\\.ops\\.svc:443/v\\?timeout=1s";
  await assert.rejects(post(), says(new RegExp(`^Post "${at}": service "hook" not found$`)));
  const put = (resource: string, object: object) => reader.put(resource === "services" ? "" : "discovery.k8s.io", resource, object as KubeObject);
  put("services", { metadata: { namespace: "ops", name: "hook" }, spec: { ports: [{ name: "x", port: 444 }] } });
  await assert.rejects(post(), says(/: no service port 443 found for service "hook"$/));
  put("services", { metadata: { namespace: "ops", name: "hook" }, spec: { ports: [{ name: "https", port: 443 }] } });
  await assert.rejects(post(), says(/: no endpoints available for service "hook"$/));
  const slice = (name: string, port: number, ready: boolean) =>
    put("endpointslices", {
      metadata: { namespace: "ops", name, labels: { "kubernetes.io/service-name": "hook" } },
      addressType: "IPv4",
      ports: [{ name: "https", port }],
      endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready } }],
    });
  slice("down", 1, false);
  slice("up", server.port, true);
  assert.deepEqual(JSON.parse((await post()).toString()), { host: "hook.ops.svc:443" });
  slice("up", 1, true);
  await assert.rejects(post(), says(/: dial tcp 127\.0\.0\.1:1: connect: connection refused$/));
});

test("a service by another name is asked at the port of the reference, with the service's name to prove", async () => {
  await using server = await webhookServer(() => ({}), ["away.ops.svc"]);
  const reader = new MemoryReader();
  using client = clientOver(reader, PURPOSES.localExtension, async (host) => (host === "hooks.example" ? ["127.0.0.1"] : []));
  reader.put("", "services", { metadata: { namespace: "ops", name: "away" }, spec: { type: "ExternalName", externalName: "hooks.example" } } as KubeObject);
  await client.post({ service: { namespace: "ops", name: "away", port: server.port }, caBundle: server.caBundle }, "{}");
  assert.deepEqual(server.asked, ["/"]);
});

test("what isn't the webhook gets no question: another authority, another name, an address that no extension may have", async () => {
  await using server = await webhookServer(() => ({}), ["hook.ops.svc"]);
  await using other = await webhookServer(() => ({}));
  using client = clientOver();
  const { url, caBundle } = server;
  await assert.rejects(client.post({ url, caBundle: other.caBundle }, "{}"), says(/tls: failed to verify certificate: x509/));
  await assert.rejects(client.post({ url }, "{}"), says(/x509: certificate signed by unknown authority$/));
  await assert.rejects(client.post({ url, caBundle: Buffer.from("no").toString("base64") }, "{}"), says(/unable to parse bytes as PEM block/));
  using named = clientOver(undefined, undefined, async () => ["127.0.0.1"]);
  await assert.rejects(named.post({ url: `https://elsewhere.example:${server.port}`, caBundle }, "{}"), says(/x509/));
  using strict = clientOver(undefined, PURPOSES.extension);
  await assert.rejects(strict.post({ url, caBundle }, "{}"), says(/address not allowed/));
  assert.deepEqual([...server.asked, ...other.asked], []);
});

test("redirects, errors, silence and floods are failures, in the words that clients of Kubernetes know", async () => {
  await using target = await webhookServer(() => ({}));
  await using server = await webhookServer((_, request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/away") response.writeHead(307, { location: target.url }).end();
    else if (path === "/broken") response.writeHead(500).end("boom\n");
    else if (path === "/status") response.writeHead(403).end(JSON.stringify({ kind: "Status", status: "Failure", message: "not you" }));
    else if (path === "/none") response.writeHead(404).end("no");
    else if (path === "/flood") response.end(Buffer.alloc(33 << 20));
    return undefined;
  });
  using client = clientOver();
  const post = (path: string, timeoutMs?: number, signal?: AbortSignal) =>
    client.post({ url: `${server.url}${path}`, caBundle: server.caBundle }, "{}", { ...(timeoutMs && { timeoutMs }), ...(signal && { signal }) });
  await assert.rejects(post("/away"), says(/answered 307 to POST: redirects are not followed$/));
  await assert.rejects(post("/broken"), says(/^an error on the server \("boom"\) has prevented the request from succeeding$/, 500));
  await assert.rejects(post("/status"), says(/^not you$/, 403));
  await assert.rejects(post("/none"), says(/^the server could not find the requested resource$/, 404));
  await assert.rejects(post("/flood"), says(/larger than 33554432 bytes/));
  await assert.rejects(post("/silent", 200), says(/^Post "https:\/\/127\.0\.0\.1:\d+\/silent\?timeout=1s": context deadline exceeded$/));
  await assert.rejects(post("/silent", undefined, AbortSignal.timeout(100)), says(/: context canceled$/));
  assert.deepEqual(target.asked, []);
});

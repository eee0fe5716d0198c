/** Traces as a collector receives them: which requests have one, whose word counts, what stands in it. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { readTracing } from "../../src/apiserver/tracing/configuration.ts";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { extensionServer } from "../support/extension-server.ts";
import { send } from "../support/https.ts";
import { until } from "../support/until.ts";
import { webhookServer } from "../support/webhook-server.ts";

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string; readonly intValue?: string } }[];
  readonly links?: readonly { readonly traceId: string }[];
}

const TRACE = "0123456789abcdef0123456789abcdef";
const ASKED = { traceparent: `00-${TRACE}-00000000000000ab-01` };

test("a request is traced where one whose word counts asks for it, or chance has it", async () => {
  await using collector = await collecting();
  {
    await using cluster = await startControlPlane({ operations: { tracing: { host: "127.0.0.1", port: collector.port, samplingRatePerMillion: 0 } } });
    const as = (user: string, ...groups: string[]) => ({ url: cluster.url, ca: cluster.ca, identity: cluster.identity(user, groups) });
    await send(as("admin", "system:masters"), "GET", "/api/v1/namespaces/default", ASKED);
    await send(as("admin", "system:masters"), "GET", "/api/v1/namespaces/kube-system");
    await send(as("admin", "system:masters"), "GET", "/api/v1/namespaces/kube-public", { traceparent: "00-zz-ab-01" });
    await send(as("ann"), "GET", "/api/v1/namespaces/default", ASKED);
  }
  const [root, child, ...others] = collector.spans;
  assert.deepEqual(others, []);
  assert.deepEqual([root!.traceId, root!.parentSpanId, root!.name], [TRACE, "00000000000000ab", "KubernetesAPI"]);
  assert.deepEqual([child!.traceId, child!.parentSpanId, child!.name], [TRACE, root!.spanId, "Get"]);
  const told = new Map(root!.attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
  assert.equal(told.get("url.path"), "/api/v1/namespaces/default");
  assert.equal(told.get("http.response.status_code"), "200");
  assert.ok(BigInt(root!.endTimeUnixNano) >= BigInt(root!.startTimeUnixNano));
});

/** A collector; its spans are those that came until it is asked. */
async function collecting() {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
    spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans)));
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { spans, port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() };
}

test("webhooks and aggregated servers learn which trace a request is part of", async () => {
  await using collector = await collecting();
  const seen: (string | undefined)[] = [];
  await using hooks = await webhookServer(({ request }, incoming) => {
    seen.push(incoming.headers.traceparent as string | undefined);
    return { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response: { uid: request.uid, allowed: true } };
  });
  {
    await using cluster = await startControlPlane({ operations: { tracing: { host: "127.0.0.1", port: collector.port, samplingRatePerMillion: 0 } } });
    await using extension = await extensionServer(cluster.frontProxyAuthority.cert, "api.kube-system.svc");
    const admin = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
    const ann = { ...admin, identity: cluster.identity("ann") };
    const make = async (who: typeof admin, path: string, body: object, headers = {}) =>
      assert.equal((await send(who, "POST", path, { "content-type": "application/json", ...headers }, JSON.stringify(body))).code, 201, path);
    const clientConfig = { url: hooks.url, caBundle: hooks.caBundle };
    const rules = [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }];
    const webhook = { name: "a.example.com", clientConfig, rules, sideEffects: "None", admissionReviewVersions: ["v1"] };
    await make(admin, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", { metadata: { name: "a" }, webhooks: [webhook] });
    await until("asked", async () => {
      await send(admin, "POST", "/api/v1/namespaces/default/configmaps", { "content-type": "application/json" }, '{"metadata":{"generateName":"x"}}');
      return seen.length > 0;
    });
    await make(admin, "/api/v1/namespaces/default/configmaps", { metadata: { name: "traced" } }, ASKED);
    const service = { type: "ExternalName", externalName: "localhost" };
    await make(admin, "/api/v1/namespaces/kube-system/services", { metadata: { name: "api" }, spec: service });
    const place = { namespace: "kube-system", name: "api", port: extension.port };
    const priority = { groupPriorityMinimum: 100, versionPriority: 10 };
    const spec = { group: "wardle.example.com", version: "v1", ...priority, caBundle: extension.caBundle, service: place };
    await make(admin, "/apis/apiregistration.k8s.io/v1/apiservices", { metadata: { name: "v1.wardle.example.com" }, spec });
    const flunders = "/apis/wardle.example.com/v1/namespaces/default/flunders/f";
    await until("available", async () => (await send(admin, "GET", flunders)).code === 200);
    assert.equal(extension.traceparent, undefined);
    await send(admin, "GET", flunders, ASKED);
    seen.push(extension.traceparent);
    const role = { metadata: { name: "anglers" }, rules: [{ apiGroups: ["wardle.example.com"], resources: ["*"], verbs: ["*"] }] };
    await make(admin, "/apis/rbac.authorization.k8s.io/v1/clusterroles", role);
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "anglers" };
    const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "ann" }];
    await make(admin, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", { metadata: { name: "anglers" }, roleRef, subjects });
    await until("allowed", async () => (await send(ann, "GET", flunders, ASKED)).code === 200);
    assert.equal(extension.traceparent, undefined, "whose word doesn't count");
  }
  const calls = collector.spans.filter(({ name }) => name === "Call");
  const roots = new Map(collector.spans.flatMap((span) => (span.name === "KubernetesAPI" ? [[span.spanId, span] as const] : [])));
  assert.deepEqual(
    seen.filter((one) => one !== undefined),
    calls.map(({ spanId }) => `00-${TRACE}-${spanId}-01`),
  );
  assert.deepEqual([calls.length, calls.every(({ parentSpanId = "", traceId }) => roots.get(parentSpanId)?.traceId === traceId)], [2, true]);
});

test("a TracingConfiguration is read as kube-apiserver has it", () => {
  const text = "apiVersion: apiserver.config.k8s.io/v1\nkind: TracingConfiguration\nendpoint: collector:4318\nsamplingRatePerMillion: 100\n";
  assert.deepEqual(readTracing(text), { host: "collector", port: 4318, samplingRatePerMillion: 100 });
  assert.throws(() => readTracing(text.replace("100", "1000001")), /samplingRatePerMillion/);
  assert.throws(() => readTracing(text.replace("collector:4318", "unix:///x")), /endpoint/);
  assert.throws(() => readTracing(text.replace("TracingConfiguration", "Tracing")), /Cannot read/);
});

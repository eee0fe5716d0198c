/** Traces as a collector receives them: which requests have one, whose word counts, what stands in it. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { readTracing } from "../../src/apiserver/tracing/configuration.ts";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { send } from "../support/https.ts";

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
  const spans: Span[] = [];
  const collector = createServer(async (request, response) => {
    const body = (await json(request)) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
    spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans)));
    response.end(`{"path":${JSON.stringify(request.url)}}`);
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
  const { port } = collector.address() as AddressInfo;
  {
    await using cluster = await startControlPlane({ operations: { tracing: { host: "127.0.0.1", port, samplingRatePerMillion: 0 } } });
    const as = (user: string, ...groups: string[]) => ({ url: cluster.url, ca: cluster.ca, identity: cluster.identity(user, groups) });
    await send(as("admin", "system:masters"), "GET", "/api/v1/namespaces/default", ASKED);
    await send(as("admin", "system:masters"), "GET", "/api/v1/namespaces/kube-system");
    await send(as("admin", "system:masters"), "GET", "/api/v1/namespaces/kube-public", { traceparent: "00-zz-ab-01" });
    await send(as("ann"), "GET", "/api/v1/namespaces/default", ASKED);
  }
  collector.close();
  const [root, child, ...others] = spans;
  assert.deepEqual(others, []);
  assert.deepEqual([root!.traceId, root!.parentSpanId, root!.name], [TRACE, "00000000000000ab", "KubernetesAPI"]);
  assert.deepEqual([child!.traceId, child!.parentSpanId, child!.name], [TRACE, root!.spanId, "Get"]);
  const told = new Map(root!.attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
  assert.equal(told.get("url.path"), "/api/v1/namespaces/default");
  assert.equal(told.get("http.response.status_code"), "200");
  assert.ok(BigInt(root!.endTimeUnixNano) >= BigInt(root!.startTimeUnixNano));
});

test("a TracingConfiguration is read as kube-apiserver has it", () => {
  const text = "apiVersion: apiserver.config.k8s.io/v1\nkind: TracingConfiguration\nendpoint: collector:4318\nsamplingRatePerMillion: 100\n";
  assert.deepEqual(readTracing(text), { host: "collector", port: 4318, samplingRatePerMillion: 100 });
  assert.throws(() => readTracing(text.replace("100", "1000001")), /samplingRatePerMillion/);
  assert.throws(() => readTracing(text.replace("collector:4318", "unix:///x")), /endpoint/);
  assert.throws(() => readTracing(text.replace("TracingConfiguration", "Tracing")), /Cannot read/);
});

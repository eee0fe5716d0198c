/** Admission webhooks, as real servers on loopback, over the API: who is asked, about what, in which order, and what their answers do. */

import assert from "node:assert/strict";
import type { OutgoingHttpHeaders } from "node:http";
import { test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import type { AuditRecord } from "../../src/security/audit/record.ts";
import { type RawAnswer, send } from "../support/https.ts";
import { type Answer, type WebhookServer, webhookServer } from "../support/webhook-server.ts";

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";
const MAPS = "/api/v1/namespaces/default/configmaps";

// biome-ignore lint/suspicious/noExplicitAny: reviews are looked into wherever a test needs
type Review = any;
type Reply = (request: Review) => object;

const ok: Reply = () => ({ allowed: true });
const patched = (...operations: object[]): object => ({
  allowed: true,
  patchType: "JSONPatch",
  patch: Buffer.from(JSON.stringify(operations)).toString("base64"),
});

/** A cluster and one server that plays every webhook: each by its path. */
async function arrange(replies: Record<string, Reply>, records?: AuditRecord[]) {
  const stack = new AsyncDisposableStack();
  const asked: { path: string; request: Review }[] = [];
  const answer: Answer = ({ request }, incoming) => {
    const path = (incoming.url ?? "").split("?")[0]!.slice(1);
    asked.push({ path, request });
    const reply = replies[path]?.(request);
    return reply && { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response: { uid: request.uid, ...reply } };
  };
  const server: WebhookServer = stack.use(await webhookServer(answer));
  const audit = records && {
    append: (record: AuditRecord) => void records.push(record),
    full: false,
    durable: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const cluster: ControlPlane = stack.use(await startControlPlane(audit ? { audit } : {}));
  const identity = cluster.identity("admin", ["system:masters"]);
  function call(method: string, path: string, body?: object, type = "application/json"): Promise<RawAnswer> {
    const headers: OutgoingHttpHeaders = body ? { "content-type": type, "content-length": Buffer.byteLength(JSON.stringify(body)) } : {};
    return send({ url: cluster.url, ca: cluster.ca, identity }, method, path, headers, body && JSON.stringify(body));
  }
  async function configure(sort: "mutating" | "validating", name: string, webhooks: Record<string, object>): Promise<void> {
    const rules = [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }];
    const base = { rules, sideEffects: "None", admissionReviewVersions: ["v1"], timeoutSeconds: 2 };
    const answer = await call("POST", `${REGISTRATION}/${sort}webhookconfigurations`, {
      metadata: { name },
      webhooks: Object.entries(webhooks).map(([path, more]) => ({
        name: `${path}.example.com`,
        clientConfig: { url: `${server.url}/${path}`, caBundle: server.caBundle },
        ...base,
        ...more,
      })),
    });
    assert.equal(answer.code, 201, answer.text);
  }
  const create = (name: string, data: object = { x: "1" }, query = "") => call("POST", `${MAPS}${query}`, { metadata: { name }, data });
  return { call, configure, create, asked, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("webhooks change an object in the order of their names, are asked again where they wish, and all judge what came of it", async () => {
  const records: AuditRecord[] = [];
  await using w = await arrange(
    {
      first: ok,
      second: ({ object }) => patched({ op: "add", path: "/data/two", value: String(Object.keys(object.data).length) }),
      judge: () => ({ allowed: true, warnings: ["old news", "old news"], auditAnnotations: { why: "it is well" } }),
    },
    records,
  );
  await w.configure("validating", "judges", { judge: {} });
  await w.configure("mutating", "b", { second: {} });
  await w.configure("mutating", "a", { first: { reinvocationPolicy: "IfNeeded" } });
  const answer = await w.create("m");
  assert.equal(answer.code, 201);
  assert.deepEqual(answer.json().data, { x: "1", two: "1" });
  assert.equal(answer.headers.warning, '299 - "old news"');
  assert.deepEqual(
    w.asked.map(({ path, request }) => [path, request.object.data.two, request.object.metadata.uid !== undefined]),
    [
      ["first", undefined, false],
      ["second", undefined, false],
      ["first", "1", false],
      ["judge", "1", true],
    ],
  );
  const record = records.find(({ objectRef, stage }) => objectRef?.resource === "configmaps" && objectRef.name === "m" && stage === "ResponseComplete");
  const { "authorization.k8s.io/decision": _, "authorization.k8s.io/reason": __, ...noted } = record?.annotations ?? {};
  const mutation = (configuration: string, webhook: string, mutated: boolean) => JSON.stringify({ configuration, webhook, mutated });
  assert.deepEqual(noted, {
    "judge.example.com/why": "it is well",
    "mutation.webhook.admission.k8s.io/round_0_index_0": mutation("a", "first.example.com", false),
    "mutation.webhook.admission.k8s.io/round_0_index_1": mutation("b", "second.example.com", true),
    "mutation.webhook.admission.k8s.io/round_1_index_0": mutation("a", "first.example.com", false),
  });
});

test("the review says who asks for what; a name that the server makes is there only for those who judge", async () => {
  await using w = await arrange({ m: ok, v: ok });
  await w.configure("mutating", "m", { m: {} });
  await w.configure("validating", "v", { v: {} });
  await w.call("POST", `${MAPS}?fieldManager=me&fieldValidation=Strict`, { metadata: { generateName: "g-" } });
  const [first, second] = w.asked.map(({ request }) => request);
  const { uid, object, name, userInfo, ...rest } = first;
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.deepEqual([name, object.metadata.name], [undefined, undefined]);
  assert.match(second.name, /^g-.{5}$/);
  assert.deepEqual([userInfo.username, userInfo.groups], ["admin", ["system:masters", "system:authenticated"]]);
  assert.deepEqual(rest, {
    kind: { group: "", version: "v1", kind: "ConfigMap" },
    resource: { group: "", version: "v1", resource: "configmaps" },
    requestKind: { group: "", version: "v1", kind: "ConfigMap" },
    requestResource: { group: "", version: "v1", resource: "configmaps" },
    namespace: "default",
    operation: "CREATE",
    oldObject: null,
    dryRun: false,
    options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: "me", fieldValidation: "Strict" },
  });
});

test("a refusal is the webhook's own Status and never a success; nothing is stored", async () => {
  await using w = await arrange({ v: () => reply });
  let reply: object = { allowed: false };
  await w.configure("validating", "v", { v: {} });
  const refusal = async (next: object) => {
    reply = next;
    const { code, message, reason, details } = (await w.create("m")).json();
    return { code, message, reason, details };
  };
  const denied = 'admission webhook "v.example.com" denied the request';
  const bare = { reason: undefined, details: undefined };
  assert.deepEqual(await refusal({ allowed: false }), { ...bare, code: 400, message: `${denied} without explanation` });
  assert.deepEqual(await refusal({ allowed: false, status: { code: 200, status: "Success", message: "no" } }), {
    ...bare,
    code: 400,
    message: `${denied}: no`,
  });
  const status = { code: 409, reason: "Conflict", details: { kind: "y", causes: [{ field: "f", reason: "r", message: "m" }] } };
  assert.deepEqual(await refusal({ allowed: false, status }), { ...status, message: `${denied}: Conflict` });
  assert.equal((await w.call("GET", `${MAPS}/m`)).code, 404);
});

test("a webhook that can't be asked, or doesn't answer what it was asked, refuses; one that fails open doesn't", async () => {
  const records: AuditRecord[] = [];
  await using w = await arrange(
    { strange: () => ({ allowed: true, uid: "another" }), patches: () => patched({ op: "add", path: "/data", value: {} }) },
    records,
  );
  const gone = { clientConfig: { url: "https://127.0.0.1:1/" } };
  await w.configure("mutating", "open", { gone: { ...gone, failurePolicy: "Ignore" } });
  await w.configure("validating", "open", { gone: { ...gone, failurePolicy: "Ignore" } });
  assert.equal((await w.create("open")).code, 201);
  const record = records.find(({ objectRef, stage }) => objectRef?.name === "open" && objectRef.resource === "configmaps" && stage === "ResponseComplete");
  assert.deepEqual(
    Object.keys(record?.annotations ?? {}).filter((key) => key.startsWith("failed-open.")),
    ["failed-open.mutation.webhook.admission.k8s.io/round_0_index_0", "failed-open.validating.webhook.admission.k8s.io/round_0_index_0"],
  );
  const failure = async (name: string, webhook: Record<string, object>) => {
    await w.configure("validating", name, webhook);
    const answer = (await w.create("m")).json();
    await w.call("DELETE", `${REGISTRATION}/validatingwebhookconfigurations/${name}`);
    assert.deepEqual([answer.code, answer.reason], [500, "InternalError"]);
    return answer.message.replace(/127\.0\.0\.1:\d{2,}/, "HERE").replace(/"[0-9a-f-]{36}"/, "UID");
  };
  const failed = (name: string) => `Internal error occurred: failed calling webhook "${name}.example.com": `;
  assert.equal(
    await failure("a", { gone }),
    `${failed("gone")}failed to call webhook: Post "https://127.0.0.1:1/?timeout=2s": dial tcp 127.0.0.1:1: connect: connection refused`,
  );
  assert.equal(await failure("b", { strange: {} }), `${failed("strange")}received invalid webhook response: expected response.uid=UID, got "another"`);
  assert.equal(await failure("c", { patches: {} }), `${failed("patches")}received invalid webhook response: validating webhook may not return response.patch`);
  const counted = (await w.call("GET", "/metrics")).text
    .split("\n")
    .filter((line) => line.startsWith("apiserver_admission_webhook_") && line.includes('name="gone.'));
  const labels = 'name="gone.example.com",operation="CREATE"';
  for (const line of [
    `apiserver_admission_webhook_fail_open_count{name="gone.example.com",type="admit"} 4`,
    `apiserver_admission_webhook_rejection_count{error_type="calling_webhook_error",${labels},rejection_code="503",type="validating"} 1`,
    `apiserver_admission_webhook_request_total{code="503",${labels},rejected="false",type="admit"} 4`,
  ])
    assert.ok(counted.includes(line), `${line} is not among\n${counted.join("\n")}`);
  assert.equal(
    await failure("d", { silent: { timeoutSeconds: 1 } }),
    `${failed("silent")}failed to call webhook: Post "https://HERE/silent?timeout=1s": context deadline exceeded`,
  );
});

test("a webhook is asked about what its rules and selectors say: other versions, subresources, deletions, and nothing that says who is asked", async () => {
  await using w = await arrange({ all: ok, v2: ({ object }) => patched({ op: "replace", path: "/spec/maxReplicas", value: object.spec.maxReplicas + 1 }) });
  const every = [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }];
  await w.call("POST", "/api/v1/namespaces", { metadata: { name: "hooked", labels: { hooked: "yes", "pod-security.kubernetes.io/enforce": "privileged" } } });
  await w.configure("validating", "all", {
    all: { rules: every, namespaceSelector: { matchLabels: { hooked: "yes" } }, objectSelector: { matchLabels: { see: "me" } } },
  });
  const rules = [{ operations: ["CREATE"], apiGroups: ["autoscaling"], apiVersions: ["v2"], resources: ["horizontalpodautoscalers"] }];
  await w.configure("mutating", "v2", { v2: { rules }, exact: { rules, matchPolicy: "Exact" } });
  const metadata = { name: "x", labels: { see: "me" } };
  const scaleTargetRef = { kind: "Deployment", name: "d", apiVersion: "apps/v1" };
  const made = await w.call("POST", "/apis/autoscaling/v1/namespaces/hooked/horizontalpodautoscalers", { metadata, spec: { maxReplicas: 3, scaleTargetRef } });
  assert.deepEqual([made.code, made.json().apiVersion, made.json().spec.maxReplicas], [201, "autoscaling/v1", 4]);
  const maps = "/api/v1/namespaces/hooked/configmaps";
  await w.create("elsewhere");
  await w.call("POST", maps, { metadata: { name: "unseen" } });
  await w.call("POST", maps, { metadata });
  await w.call("PATCH", `${maps}/x`, { data: { a: "b" } }, "application/merge-patch+json");
  await w.call("DELETE", maps);
  await w.call("POST", "/apis/authorization.k8s.io/v1/namespaces/hooked/localsubjectaccessreviews", { metadata: { namespace: "hooked" }, spec: { user: "x" } });
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  const spec = { selector: { matchLabels: { a: "b" } }, template };
  await w.call("POST", "/apis/apps/v1/namespaces/hooked/deployments", { metadata, spec });
  await w.call("PUT", "/apis/apps/v1/namespaces/hooked/deployments/x/status", { metadata, spec, status: { replicas: 1 } });
  const seen = w.asked.map(({ path, request }) => {
    const { operation, requestKind, kind, subResource = "", name = "" } = request;
    return `${path} ${operation} ${requestKind.version} ${kind.kind} ${kind.version} ${subResource} ${name}`;
  });
  assert.deepEqual(seen, [
    "v2 CREATE v1 HorizontalPodAutoscaler v2  x",
    "all CREATE v1 HorizontalPodAutoscaler v1  x",
    "all CREATE v1 ConfigMap v1  x",
    "all UPDATE v1 ConfigMap v1  x",
    "all DELETE v1 ConfigMap v1  ", // None of a collection's objects is named by the request.
    "all CREATE v1 Deployment v1  x",
    "all UPDATE v1 Deployment v1 status x",
  ]);
});

test("a dry run asks only webhooks without side effects; those that keep some can't be had any more, and old ones refuse", async () => {
  await using w = await arrange({ v: ok });
  await w.configure("validating", "v", { v: { sideEffects: "NoneOnDryRun" } });
  assert.equal((await w.create("m", {}, "?dryRun=All")).code, 201);
  assert.deepEqual([w.asked.length, w.asked[0]?.request.dryRun, w.asked[0]?.request.options.dryRun], [1, true, ["All"]]);
});

test("a mutating webhook may name a new object, and can't take it elsewhere or say what only the server says", async () => {
  await using w = await arrange({ m: () => patched(...operations) });
  let operations: object[] = [];
  await w.configure("mutating", "m", { m: {} });
  const create = async (...next: object[]) => {
    operations = next;
    return (await w.create("asked")).json();
  };
  assert.equal((await create({ op: "replace", path: "/metadata/name", value: "given" })).metadata.name, "given");
  operations = [];
  assert.deepEqual([(await w.call("GET", `${MAPS}/given`)).code, (await w.call("GET", `${MAPS}/asked`)).code], [200, 404]);
  assert.equal((await create({ op: "replace", path: "/metadata/namespace", value: "kube-system" })).code, 400);
  assert.notEqual((await create({ op: "add", path: "/metadata/uid", value: "mine" })).metadata.uid, "mine");
  const remove = { op: "remove", path: "/nothing" };
  assert.equal((await create(remove)).reason, "InternalError");
  operations = [{ op: "add", path: "/data/a", value: "b" }];
  const deletion = (await w.call("DELETE", `${MAPS}/given`)).json();
  assert.match(deletion.message, /attempted to modify the object, which is not supported for this operation$/);
});

test("custom resources are seen and changed as they are, and what their schema doesn't know is taken out again", async () => {
  const replies: Record<string, Reply> = {
    m: () => patched({ op: "add", path: "/spec/added", value: 2 ** 40 }, { op: "add", path: "/spec/unknown", value: "x" }),
    v: ok,
  };
  await using w = await arrange(replies);
  const properties = { spec: { type: "object", properties: { added: { type: "integer" }, kept: { type: "string" } } } };
  const version = (name: string, storage: boolean) => ({ name, served: true, storage, schema: { openAPIV3Schema: { type: "object", properties } } });
  const names = { plural: "fish", singular: "fish", kind: "Fish", listKind: "FishList" };
  const spec = { group: "example.org", scope: "Namespaced", names, versions: [version("v1", true), version("v2", false)] };
  await w.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { metadata: { name: "fish.example.org" }, spec });
  for (let code = 0; code !== 200; ) code = (await w.call("GET", "/apis/example.org/v1/namespaces/default/fish")).code;
  const rules = [{ operations: ["*"], apiGroups: ["example.org"], apiVersions: ["v2"], resources: ["fish"] }];
  await w.configure("mutating", "m", { m: { rules } });
  await w.configure("validating", "v", { v: { rules: [{ ...rules[0], apiVersions: ["v1"] }] } });
  const fish = { apiVersion: "example.org/v1", kind: "Fish", metadata: { name: "cod" }, spec: { kept: "a" } };
  const made = await w.call("POST", "/apis/example.org/v1/namespaces/default/fish", fish);
  assert.deepEqual([made.code, made.json().apiVersion, made.json().spec], [201, "example.org/v1", { added: 2 ** 40, kept: "a" }]);
  assert.deepEqual(
    w.asked.map(({ path, request }) => [path, request.object.apiVersion, request.object.spec, request.requestKind.version, request.kind.version]),
    [
      ["m", "example.org/v2", { kept: "a" }, "v1", "v2"],
      ["v", "example.org/v1", { added: 2 ** 40, kept: "a" }, "v1", "v1"],
    ],
  );
  assert.equal((await w.call("DELETE", "/apis/example.org/v1/namespaces/default/fish/cod")).code, 500); // Nothing can be added to what goes.
  replies.m = ok;
  assert.equal((await w.call("DELETE", "/apis/example.org/v1/namespaces/default/fish/cod")).code, 200);
});

test("a webhook that asks for another version of a custom resource gets what the definition's own webhook makes of it", async () => {
  await using converter = await webhookServer(({ request }) => {
    const { uid, desiredAPIVersion: apiVersion, objects } = request;
    const convertedObjects = objects.map(({ spec, ...rest }: Review) => ({
      ...rest,
      apiVersion,
      spec: apiVersion.endsWith("v2") ? { hostPort: `${spec.host}:${spec.port}` } : { host: spec.hostPort.split(":")[0], port: spec.hostPort.split(":")[1] },
    }));
    return { kind: "ConversionReview", apiVersion: "apiextensions.k8s.io/v1", response: { uid, result: { status: "Success" }, convertedObjects } };
  });
  await using w = await arrange({ m: ({ object }) => patched({ op: "replace", path: "/spec/hostPort", value: `${object.spec.hostPort}0` }) });
  const properties = (spec: object) => ({ openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: spec } } } });
  const text = { type: "string" };
  const versions = [
    { name: "v1", served: true, storage: true, schema: properties({ host: text, port: text }) },
    { name: "v2", served: true, storage: false, schema: properties({ hostPort: text }) },
  ];
  const webhook = { conversionReviewVersions: ["v1"], clientConfig: { url: converter.url, caBundle: converter.caBundle } };
  const names = { plural: "ends", singular: "end", kind: "End", listKind: "EndList" };
  const spec = { group: "example.org", scope: "Namespaced", names, versions, conversion: { strategy: "Webhook", webhook } };
  await w.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { metadata: { name: "ends.example.org" }, spec });
  const ends = "/apis/example.org/v1/namespaces/default/ends";
  for (let code = 0; code !== 200; ) code = (await w.call("GET", ends)).code;
  await w.configure("mutating", "m", { m: { rules: [{ operations: ["CREATE"], apiGroups: ["example.org"], apiVersions: ["v2"], resources: ["ends"] }] } });
  const made = await w.call("POST", ends, { apiVersion: "example.org/v1", kind: "End", metadata: { name: "a" }, spec: { host: "h", port: "8" } });
  assert.deepEqual([made.code, made.json().apiVersion, made.json().spec], [201, "example.org/v1", { host: "h", port: "80" }]);
  assert.deepEqual(w.asked[0]?.request.object.spec, { hostPort: "h:8" });
});

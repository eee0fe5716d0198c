/** What dashboards and alerts read: names, types and labels of `/metrics`, after some traffic. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { type Raw, send } from "../support/https.ts";
import { openNamespace } from "../support/open-namespace.ts";

let cluster: ControlPlane;
let text: string;

before(async () => {
  cluster = await startControlPlane();
  const admin = raw("admin", "system:masters");
  await openNamespace(cluster, "default");
  const make = (path: string, body: object) => send(admin, "POST", path, { "content-type": "application/json" }, JSON.stringify(body));
  const constraints = { resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }] };
  const spec = { matchConstraints: constraints, validations: [{ expression: "object.metadata.name != 'x'" }] };
  await make("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", { metadata: { name: "p" }, spec });
  const binding = { policyName: "p", validationActions: ["Deny"] };
  await make("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", { metadata: { name: "p" }, spec: binding });
  const pod = { metadata: { name: "web" }, spec: { containers: [{ name: "a", image: "b" }] } };
  assert.equal((await make("/api/v1/namespaces/default/pods", pod)).code, 201);
  const maps = "/api/v1/namespaces/default/configmaps";
  await send(admin, "POST", maps, { "content-type": "application/json" }, JSON.stringify({ metadata: { name: "a" }, data: { x: "y" } }));
  await send(admin, "POST", maps, { "content-type": "application/json" }, JSON.stringify({ metadata: { name: "a" } }));
  await send(admin, "POST", `${maps}?dryRun=All`, { "content-type": "application/json" }, JSON.stringify({ metadata: { name: "b" } }));
  await send(admin, "GET", `${maps}?watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`);
  await send(raw("ann@example.com"), "GET", `${maps}/a`);
  await send(admin, "GET", "/readyz");
  await send(admin, "GET", "/api/v1/endpoints");
  await send({ url: cluster.url, ca: cluster.ca }, "GET", maps);
  text = (await send(admin, "GET", "/metrics")).text;
});
after(() => cluster.close());

function raw(user: string, ...groups: string[]): Raw {
  return { url: cluster.url, ca: cluster.ca, identity: cluster.identity(user, groups) };
}

/** @returns the value of a series by its whole text before the space */
function amount(series: string): number {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `)) ?? assert.fail(`${series} is not there`);
  return Number(line.slice(series.length + 1));
}

test("requests are counted by what they asked and how they ended", () => {
  const maps = 'group="",resource="configmaps"';
  const total = (code: number, rest: string): number => amount(`apiserver_request_total{code="${code}",component="apiserver",${rest}}`);
  assert.equal(total(409, `dry_run="",${maps},scope="namespace",subresource="",verb="POST",version="v1"`), 1);
  assert.equal(total(201, `dry_run="All",${maps},scope="namespace",subresource="",verb="POST",version="v1"`), 1);
  assert.equal(total(403, `dry_run="",${maps},scope="resource",subresource="",verb="GET",version="v1"`), 1);
  assert.equal(
    amount('apiserver_request_total{code="200",component="",dry_run="",group="",resource="",scope="",subresource="/readyz",verb="GET",version=""}'),
    1,
  );
  assert.equal(
    amount(`apiserver_request_duration_seconds_count{component="apiserver",dry_run="",${maps},scope="resource",subresource="",verb="GET",version="v1"}`),
    1,
  );
  assert.equal(amount('apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",subresource="",version="v1"}'), 1);
  assert.equal(amount(`apiserver_watch_events_total{${maps},version="v1"}`), 1);
  assert.ok(amount(`apiserver_response_sizes_count{component="apiserver",${maps},scope="resource",subresource="",verb="GET",version="v1"}`) > 0);
});

test("what expressions and pod security decide is counted", () => {
  assert.ok(amount("apiserver_cel_evaluation_duration_seconds_count") >= 1);
  assert.ok(amount("apiserver_cel_compilation_duration_seconds_count") >= 1);
  const labels = 'policy_level="privileged",policy_version="latest",request_operation="create",resource="pod",subresource=""';
  assert.equal(amount(`pod_security_evaluations_total{decision="allow",mode="enforce",${labels}}`), 1);
});

test("callers are counted without telling who they are", () => {
  assert.equal(amount('authenticated_user_requests{username="email_id"}'), 1);
  assert.equal(amount('authentication_attempts{result="failure"}'), 0);
  assert.ok(amount('authorization_attempts_total{result="no-opinion"}') >= 1);
  assert.ok(!text.includes("ann@example.com"));
});

test("the families that dashboards read are there with their types", () => {
  const expected = {
    counter:
      "apiserver_audit_event_total apiserver_flowcontrol_dispatched_requests_total apiserver_request_total apiserver_selfrequest_total apiserver_tls_handshake_errors_total etcd_requests_total",
    gauge:
      "apiserver_current_inflight_requests apiserver_current_inqueue_requests apiserver_flowcontrol_current_executing_requests apiserver_flowcontrol_current_limit_seats apiserver_flowcontrol_nominal_limit_seats apiserver_resource_objects apiserver_resource_size_estimate_bytes apiserver_storage_objects apiserver_watch_cache_resource_version kubernetes_build_info process_start_time_seconds process_resident_memory_bytes process_open_fds process_max_fds",
    histogram:
      "apiserver_admission_controller_admission_duration_seconds apiserver_admission_step_admission_duration_seconds apiserver_client_certificate_expiration_seconds apiserver_flowcontrol_request_execution_seconds apiserver_flowcontrol_request_wait_duration_seconds apiserver_flowcontrol_priority_level_seat_utilization apiserver_flowcontrol_work_estimated_seats apiserver_request_body_size_bytes apiserver_request_duration_seconds apiserver_request_sli_duration_seconds apiserver_watch_events_sizes apiserver_watch_list_duration_seconds authentication_duration_seconds authorization_duration_seconds etcd_request_duration_seconds",
  };
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
  const wrong = Object.entries(expected).flatMap(([type, names]) => names.split(" ").filter((name) => types.get(name) !== type));
  assert.deepEqual(wrong, []);
});

test("no series stands twice, and every line has the form of the format", () => {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const names = lines.map((line) => line.slice(0, line.lastIndexOf(" ")));
  assert.equal(new Set(names).size, names.length);
  for (const line of lines) assert.match(line, /^[a-zA-Z_:][\w:]*(\{(\w+="([^"\\\n]|\\["\\n])*",?)*\})? (NaN|[+-]Inf|-?[\d.]+(e[+-]?\d+)?)$/);
});

test("Prometheus gets the form that it wants most: text, or protobuf with each family's length in front", async () => {
  const admin = raw("admin", "system:masters");
  const ask = (accept: string) => send(admin, "GET", "/metrics", { accept });
  const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  const inText = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
  for (const accept of ["*/*", "application/openmetrics-text;version=1.0.0", "application/vnd.google.protobuf", `text/plain;q=0.8,${protobuf};q=0.7`])
    assert.equal((await ask(accept)).headers["content-type"], inText, accept);
  const { headers, bytes } = await ask(`text/plain;version=0.0.4;q=0.3,${protobuf};q=0.7,*/*;q=0.1`);
  assert.equal(headers["content-type"], "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores");
  const names: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [length, from] = varint(bytes, at);
    assert.equal(bytes[from], 0x0a, "a family begins with its name");
    const [size, start] = varint(bytes, from + 1);
    names.push(bytes.toString("utf8", start, start + size));
    at = from + length;
  }
  const told = (await ask("text/plain")).text.match(/^# TYPE (\S+)/gm)?.map((line) => line.slice("# TYPE ".length));
  assert.deepEqual(names, told);
  const packed = await send(admin, "GET", "/metrics", { "accept-encoding": "gzip" });
  assert.equal(packed.headers["content-encoding"], "gzip");
});

/** @returns a number and where it ends */
function varint(bytes: Buffer, at: number): [number, number] {
  let [value, shift, end] = [0, 0, at];
  do {
    value += (bytes[end]! & 0x7f) << shift;
    shift += 7;
  } while (bytes[end++]! >= 0x80);
  return [value, end];
}

/** What kube-apiserver serves (`test/fixtures/metrics.txt`, names and types of v1.37.2) and this server doesn't: each has no meaning here, or nobody counts it. */
const ABSENT: readonly string[] = [
  // Of etcd's client, of Go's informers and of Go's transports: there are none.
  ...["etcd_bookmark_total", "etcd_lease_object_counts", "grpc_client_handled_total", "grpc_client_msg_received_total", "grpc_client_msg_sent_total"],
  ...["grpc_client_started_total", "informer_processing_latency_seconds", "informer_queued_items", "informer_store_resource_version"],
  ...["rest_client_exec_plugin_certificate_rotation_age", "rest_client_exec_plugin_ttl_seconds", "rest_client_request_size_bytes"],
  ...["rest_client_response_size_bytes", "rest_client_transport_cache_entries", "rest_client_transport_cert_rotation_gc_calls_total"],
  "rest_client_transport_create_calls_total",
  // Of how Kubernetes is built: generated validation beside handwritten, gates, filters, sealing by its own envelope, comparisons that aren't made here.
  ...["apiserver_validation_declarative_validation_mismatch_total", "apiserver_validation_declarative_validation_panic_total"],
  ...["apiserver_validation_duplicate_validation_error_total", "kubernetes_feature_enabled", "apiserver_request_filter_duration_seconds"],
  ...["apiserver_envelope_encryption_dek_cache_fill_percent", "apiserver_storage_data_key_generation_duration_seconds"],
  ...["apiserver_storage_data_key_generation_failures_total", "apiserver_storage_envelope_transformation_cache_misses_total"],
  ...["apiserver_request_timestamp_comparison_time", "cardinality_enforcement_unexpected_categorizations_total"],
  // One limit for reads and writes, a cache whose history is bounded by time, no summaries.
  ...["apiserver_flowcontrol_read_vs_write_current_requests", "watch_cache_capacity", "apiserver_admission_step_admission_duration_seconds_summary"],
  // Not counted.
  ...["aggregator_discovery_aggregation_count_total", "apiextensions_apiserver_validation_ratcheting_seconds"],
  ...["apiserver_watch_cache_consistent_read_total", "apiserver_watch_cache_read_wait_seconds", "apiserver_watch_events_dispatch_duration_seconds"],
  ...["kube_apiserver_clusterip_allocator_allocation_duration_seconds", "kube_apiserver_clusterip_allocator_allocation_total"],
  // Only where there is something to tell: a store in a file, a request that goes on.
  ...["apiserver_storage_size_bytes", "apiserver_longrunning_requests"],
];

test("what kube-apiserver serves is served, under the same name and type, but for what a list names", () => {
  const reference = readFileSync(new URL("../fixtures/metrics.txt", import.meta.url), "utf8")
    .trim()
    .split("\n");
  const served = new Set(text.match(/^# TYPE .*$/gm)?.map((line) => line.slice("# TYPE ".length)));
  const missing = reference.filter((line) => !served.has(line)).map((line) => line.split(" ")[0]!);
  assert.deepEqual(missing.toSorted(), ABSENT.toSorted());
});

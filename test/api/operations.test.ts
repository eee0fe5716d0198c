/** What an administrator sees of a running server, and who else doesn't: health by name, pages of status and flags, debugging, the state of priority and fairness. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { type Raw, send } from "../support/https.ts";

let cluster: ControlPlane;
let admin: Raw;
before(async () => {
  cluster = await startControlPlane();
  admin = raw("admin", "system:masters");
});
after(() => cluster.close());

function raw(user: string, ...groups: string[]): Raw {
  return { url: cluster.url, ca: cluster.ca, identity: cluster.identity(user, groups) };
}

test("health is told by name", async () => {
  const { code, text } = await send(admin, "GET", "/readyz?verbose&exclude=etcd&exclude=nope");
  assert.equal(code, 200);
  const lines = text.split("\n");
  assert.equal(lines[0], "[+]ping ok");
  assert.ok(lines.includes("[+]etcd excluded: ok"));
  assert.deepEqual(lines.slice(-4), ["[+]shutdown ok", 'warn: some health checks cannot be excluded: no matches for "nope"', "readyz check passed", ""]);
  for (const check of ["etcd-readiness", "informer-sync", "poststarthook/rbac/bootstrap-roles", "poststarthook/priority-and-fairness-config-consumer"]) {
    assert.ok(lines.includes(`[+]${check} ok`), check);
    assert.equal((await send(admin, "GET", `/readyz/${check}`)).text, "ok");
  }
  assert.ok(!(await send(admin, "GET", "/livez?verbose")).text.includes("informer-sync"));
  assert.equal((await send(admin, "GET", "/livez/nope")).code, 404);
  assert.match((await send(admin, "GET", "/metrics/slis")).text, /^kubernetes_healthcheck\{name="etcd-readiness",type="readyz"\} 1$/m);
});

test("status and flags are text for people and typed documents for programs", async () => {
  const page = await send(admin, "GET", "/statusz");
  assert.match(page.text, /^\napiserver statusz\nWarning: .*\n\nStarted: \w{3} \w{3} [ \d]\d [\d:]{8} UTC \d{4}\nUp: 0 hr 00 min \d\d sec\nGo version: /);
  const typed = await send(admin, "GET", "/statusz", { accept: "application/json;v=v1beta1;g=config.k8s.io;as=Statusz" });
  assert.equal(typed.headers["content-type"], "application/json;g=config.k8s.io;v=v1beta1;as=Statusz");
  const { kind, apiVersion, metadata, emulationVersion } = typed.json();
  assert.deepEqual(
    { kind, apiVersion, metadata, emulationVersion },
    { kind: "Statusz", apiVersion: "config.k8s.io/v1beta1", metadata: { name: "apiserver" }, emulationVersion: "1.37" },
  );
  const yaml = await send(admin, "GET", "/flagz", { accept: "application/yaml;v=v1alpha1;g=config.k8s.io;as=Flagz" });
  assert.match(yaml.text, /^apiVersion: config\.k8s\.io\/v1alpha1\n/);
  assert.match(String(yaml.headers.warning), /deprecated/);
  assert.equal((await send(admin, "GET", "/flagz", { accept: "application/json" })).code, 406);
});

test("a CPU profile, the heap's make-up and the log's verbosity are had under /debug", async () => {
  const profile = await send(admin, "GET", "/debug/pprof/profile?seconds=0.2");
  assert.equal(profile.code, 200);
  assert.ok(profile.json().nodes.length > 0);
  assert.equal((await send(admin, "GET", "/debug/pprof/profile?seconds=1e9")).code, 400);
  assert.ok((await send(admin, "GET", "/debug/pprof/heap")).json().heap.used_heap_size > 0);
  assert.equal((await send(admin, "GET", "/debug/pprof/")).code, 200);
  assert.equal((await send(admin, "PUT", "/debug/flags/v", {}, "2")).text, "successfully set klog.logging.verbosity to 2");
  const bad = await send(admin, "PUT", "/debug/flags/v", {}, "x");
  assert.deepEqual([bad.code, bad.text], [400, 'strconv.ParseUint: parsing "x": invalid syntax\n']);
  assert.equal((await send(admin, "GET", "/debug/flags/v")).code, 406);
});

test("priority and fairness shows its levels, queues and requests", async () => {
  const levels = (await send(admin, "GET", "/debug/api_priority_and_fairness/dump_priority_levels")).text.split("\n");
  assert.match(
    levels[0]!,
    /^PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests$/,
  );
  assert.ok(levels.some((line) => /^catch-all, +0, +true, +false, +0, +0, +\d+, +0, +0, +0$/.test(line)));
  assert.match((await send(admin, "GET", "/debug/api_priority_and_fairness/dump_queues")).text, /^PriorityLevelName, Index, +PendingRequests/);
  const requests = (await send(admin, "GET", "/debug/api_priority_and_fairness/dump_requests?includeRequestDetails=1")).text.split("\n");
  const own = requests.find((line) => line.includes("dump_requests"))!.split(/, +/);
  assert.deepEqual([own[0], own[1], own[2], own[6], own[10], own[11]], ["exempt", "exempt", "-1", "1", "admin", "get"]);
});

test("a flow schema whose level is missing says so in its status, and its requests fall to the catch-all", async () => {
  const path = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
  const schema = {
    metadata: { name: "dangling" },
    spec: {
      matchingPrecedence: 50,
      priorityLevelConfiguration: { name: "later" },
      rules: [{ subjects: [{ kind: "User", user: { name: "ann" } }], nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }] }],
    },
  };
  const json = { "content-type": "application/json" };
  assert.equal((await send(admin, "POST", path, json, JSON.stringify(schema))).code, 201);
  const condition = async (): Promise<string> => {
    const { status } = (await send(admin, "GET", `${path}/dangling`)).json();
    return status?.conditions?.map((one: { type: string; status: string; reason: string }) => `${one.type}=${one.status} ${one.reason}`).join() ?? "";
  };
  await until(async () => (await condition()) === "Dangling=True NotFound");
  const level = { metadata: { name: "later" }, spec: { type: "Limited", limited: { nominalConcurrencyShares: 5, limitResponse: { type: "Reject" } } } };
  const made = await send(admin, "POST", "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", json, JSON.stringify(level));
  assert.equal(made.code, 201);
  await until(async () => (await condition()) === "Dangling=False Found");
  const { headers } = await send(raw("ann"), "GET", "/version");
  assert.equal(headers["x-kubernetes-pf-prioritylevel-uid"], made.json().metadata.uid);
});

test("nobody else sees any of it", async () => {
  const paths = [
    "/livez/etcd",
    "/statusz",
    "/flagz",
    "/metrics",
    "/metrics/slis",
    "/debug/pprof/heap",
    "/debug/flags/v",
    "/debug/api_priority_and_fairness/dump_requests",
  ];
  for (const path of paths) {
    assert.equal((await send(raw("ann"), "GET", path)).code, 403, path);
    assert.equal((await send({ url: cluster.url, ca: cluster.ca }, "GET", path)).code, 401, path);
  }
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail("it did not come to hold");
}

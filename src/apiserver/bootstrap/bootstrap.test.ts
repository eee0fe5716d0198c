/** The server's own objects stand when it is ready, and come back when somebody takes them away or changes what he may not. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../api/kind.ts";
import { type ControlPlane, startControlPlane } from "../../cli/control-plane.ts";

const FLOW = "/apis/flowcontrol.apiserver.k8s.io/v1";
const ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";

// biome-ignore lint/suspicious/noExplicitAny: the test looks into whatever the server says
type Answer = any;

async function get({ server }: ControlPlane, path: string): Promise<Answer> {
  return (await server.loopback.send("GET", path)).body;
}

/** Asks again until the answer will do. */
async function until(cluster: ControlPlane, path: string, isGood: (answer: Answer) => boolean): Promise<Answer> {
  let answer: Answer;
  for (let tries = 0; tries < 200; tries++) {
    answer = await get(cluster, path);
    if (isGood(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return assert.fail(`${path} is still ${JSON.stringify(answer)}`);
}

test("flow schemas and levels: the mandatory stay as they are, the suggested until somebody says otherwise", async () => {
  await using cluster = await startControlPlane();
  const { loopback } = cluster.server;
  const patch = (path: string, body: object) => loopback.send("PATCH", path, body as KubeObject, "application/merge-patch+json");
  const [schemas, levels] = await Promise.all([get(cluster, `${FLOW}/flowschemas`), get(cluster, `${FLOW}/prioritylevelconfigurations`)]);
  assert.deepEqual([schemas.items.length, levels.items.length], [11, 8]);
  await loopback.send("DELETE", `${FLOW}/flowschemas/probes`);
  await patch(`${FLOW}/flowschemas/exempt`, { metadata: { annotations: null }, spec: { matchingPrecedence: 7 } });
  await patch(`${FLOW}/prioritylevelconfigurations/workload-low`, { spec: { limited: { nominalConcurrencyShares: 1 } } });
  await patch(`${FLOW}/prioritylevelconfigurations/workload-high`, {
    metadata: { annotations: { "apf.kubernetes.io/autoupdate-spec": "false" } },
    spec: { limited: { nominalConcurrencyShares: 2 } },
  });
  const stray = { metadata: { name: "stray", annotations: { "apf.kubernetes.io/autoupdate-spec": "true" } }, spec: levels.items[2].spec };
  await loopback.send("POST", `${FLOW}/prioritylevelconfigurations`, stray);
  await until(cluster, `${FLOW}/flowschemas/probes`, ({ kind }) => kind === "FlowSchema");
  const exempt = await until(cluster, `${FLOW}/flowschemas/exempt`, ({ spec }) => spec.matchingPrecedence === 1);
  assert.deepEqual(exempt.metadata.annotations, { "apf.kubernetes.io/autoupdate-spec": "true" });
  await until(cluster, `${FLOW}/prioritylevelconfigurations/workload-low`, ({ spec }) => spec.limited.nominalConcurrencyShares === 100);
  await until(cluster, `${FLOW}/prioritylevelconfigurations/stray`, ({ code }) => code === 404);
  assert.equal((await get(cluster, `${FLOW}/prioritylevelconfigurations/workload-high`)).spec.limited.nominalConcurrencyShares, 2);
});

test("a service's address comes back, and says so", async () => {
  await using cluster = await startControlPlane();
  await cluster.server.loopback.send("DELETE", `${ADDRESSES}/10.96.0.1`);
  const address = await until(cluster, `${ADDRESSES}/10.96.0.1`, ({ kind }) => kind === "IPAddress");
  assert.deepEqual(address.spec.parentRef, { resource: "services", namespace: "default", name: "kubernetes" });
  const events = await until(cluster, "/api/v1/namespaces/default/events", ({ items }) => items.length > 0);
  assert.deepEqual([events.items[0].reason, events.items[0].message], ["ClusterIPNotAllocated", "Cluster IP [IPv4]: 10.96.0.1 is not allocated; repairing"]);
});

test("services that go together take their addresses with them, and nobody misses those", async () => {
  await using cluster = await startControlPlane();
  const { loopback } = cluster.server;
  const services = "/api/v1/namespaces/default/services";
  const all = await Promise.all(
    ["a", "b", "c", "d"].map((name) => loopback.send("POST", services, { metadata: { name }, spec: { ports: [{ port: 80 }] } } as KubeObject)),
  );
  assert.deepEqual(
    all.map(({ code }) => code),
    [201, 201, 201, 201],
  );
  assert.equal((await get(cluster, ADDRESSES)).items.length, 5);
  await Promise.all(["a", "b", "c", "d"].map((name) => loopback.send("DELETE", `${services}/${name}`)));
  // Another one is missed: once it is repaired, whatever was to be said of the four has been said.
  await loopback.send("DELETE", `${ADDRESSES}/10.96.0.1`);
  await until(cluster, `${ADDRESSES}/10.96.0.1`, ({ kind }) => kind === "IPAddress");
  assert.equal((await get(cluster, ADDRESSES)).items.length, 1);
  const { items } = await get(cluster, "/api/v1/namespaces/default/events");
  assert.deepEqual(
    items.map((event: Answer) => event.involvedObject.name),
    ["kubernetes"],
  );
});

test("the server has a lease, and those of servers long gone are removed", async () => {
  let offset = 0;
  const wakes: (() => void)[] = [];
  const clock = {
    now: () => Date.now() + offset,
    after(delayMs: number, callback: () => void) {
      if (delayMs === 10_000) wakes.push(callback);
      const timer = setTimeout(callback, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
  await using cluster = await startControlPlane({ clock });
  const [own] = (await get(cluster, LEASES)).items;
  assert.match(own.metadata.name, /^apiserver-[a-z2-7]{26}$/);
  assert.ok(own.spec.holderIdentity.startsWith(`${own.metadata.name}_`));
  const gone = { metadata: { name: "apiserver-gone", labels: own.metadata.labels }, spec: { leaseDurationSeconds: 3600, renewTime: own.spec.renewTime } };
  await cluster.server.loopback.send("POST", LEASES, gone);
  offset = 2 * 3_600_000;
  wakes.at(-1)?.();
  await until(cluster, `${LEASES}/apiserver-gone`, ({ code }) => code === 404);
  const renewed = await get(cluster, `${LEASES}/${own.metadata.name}`);
  assert.ok(Date.parse(renewed.spec.renewTime) - Date.parse(own.spec.renewTime) >= offset);
});

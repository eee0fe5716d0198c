import assert from "node:assert/strict";
import { test } from "node:test";
import { fastClock, runControllers } from "../../test/support/controllers.ts";
import { until } from "../../test/support/until.ts";
import { Lease, Namespace, Node, Pod, ServiceAccount } from "../api/resources.ts";
import type { Node as NodeObject, Pod as PodObject, Toleration } from "../api/tables/core-v1.ts";
import { startControlPlane } from "../cli/control-plane.ts";
import type { Client } from "../client/client.ts";
import { microTimestamp, timestamp } from "../machinery/clock.ts";
import nodeLifecycle from "./node-lifecycle.ts";

const TIMES = 100;
const UNREACHABLE = "node.kubernetes.io/unreachable";
const condition = (type: string, status: string) => ({ type, status, lastTransitionTime: timestamp(Date.now()), lastHeartbeatTime: timestamp(Date.now()) });
const taintsOf = (node: NodeObject | undefined) => (node?.spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).toSorted();

async function stage(client: Client): Promise<void> {
  if (!(await client.find(Namespace, "", "kube-node-lease"))) await client.create(Namespace, { metadata: { name: "kube-node-lease" }, spec: {} });
  await client.create(ServiceAccount, { metadata: { name: "default", namespace: "default" } });
}

async function makeNode(client: Client, name: string): Promise<void> {
  await client.create(Node, { metadata: { name }, spec: {} });
  await client.create(Lease, { metadata: { name, namespace: "kube-node-lease" }, spec: { holderIdentity: name, leaseDurationSeconds: 40 } });
  await client.patch(Node, "", name, { status: { conditions: [condition("Ready", "True")] } }, { subresource: "status" });
}

async function makePod(client: Client, name: string, nodeName: string, tolerations: Toleration[]): Promise<void> {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  await client.create(Pod, {
    metadata: { name, namespace: "default" },
    spec: { nodeName, tolerations, containers: [{ name: "c", image: "i", resources: {}, securityContext }] },
  });
  await client.patch(Pod, "default", name, { status: { phase: "Running", conditions: [condition("Ready", "True")] } }, { subresource: "status" });
}

test("a node that falls silent is tainted, its pods are not ready and, but for those that bear it, evicted; one that speaks again is let in", async () => {
  await using cluster = await startControlPlane();
  await using running = await runControllers(cluster, [nodeLifecycle], fastClock(TIMES));
  const { client } = running;
  await stage(client);
  for (const name of ["silent", "alive"]) await makeNode(client, name);
  const forever = { key: UNREACHABLE, operator: "Exists", effect: "NoExecute" };
  await makePod(client, "stays", "silent", [forever]);
  await makePod(client, "goes", "silent", [{ ...forever, tolerationSeconds: 10 }]);
  await makePod(client, "untouched", "alive", [{ ...forever, tolerationSeconds: 10 }]);
  const beat = setInterval(() => {
    const renewTime = microTimestamp(Date.now());
    client.patch(Lease, "kube-node-lease", "alive", { spec: { renewTime } }).catch(() => undefined);
  }, 50);
  try {
    await until("tainted", async () => taintsOf(await client.get(Node, "", "silent")).includes(`${UNREACHABLE}:NoExecute`));
    const silent = await client.get(Node, "", "silent");
    assert.deepEqual(taintsOf(silent), [`${UNREACHABLE}:NoExecute`, `${UNREACHABLE}:NoSchedule`]);
    assert.equal(silent.status?.conditions?.find(({ type }) => type === "Ready")?.status, "Unknown");
    const isGoing = async (name: string) => (await client.find<PodObject>(Pod, "default", name))?.metadata.deletionTimestamp !== undefined;
    await until("evicted", () => isGoing("goes"));
    assert.equal(await isGoing("stays"), false);
    const stays = await client.get<PodObject>(Pod, "default", "stays");
    const ready = stays.status?.conditions?.find(({ type }) => type === "Ready");
    assert.deepEqual([ready?.status, ready?.reason], ["False", "NodeNotReady"]);

    assert.deepEqual(taintsOf(await client.get(Node, "", "alive")), []);
    const untouched = await client.get<PodObject>(Pod, "default", "untouched");
    assert.equal(untouched.metadata.deletionTimestamp, undefined);
    assert.equal(untouched.status?.conditions?.find(({ type }) => type === "Ready")?.status, "True");

    await client.patch(Node, "", "silent", { status: { conditions: [condition("Ready", "True")] } }, { subresource: "status" });
    await until("let in", async () => taintsOf(await client.get(Node, "", "silent")).length === 0);
  } finally {
    clearInterval(beat);
  }
});

test("taints follow conditions and unschedulable, and leave the administrator's alone", async () => {
  await using cluster = await startControlPlane();
  await using running = await runControllers(cluster, [nodeLifecycle], fastClock(TIMES));
  const { client } = running;
  await stage(client);
  await makeNode(client, "n");
  await client.patch(Node, "", "n", { spec: { unschedulable: true, taints: [{ key: "own", effect: "NoSchedule" }] } });
  await client.patch(Node, "", "n", { status: { conditions: [condition("Ready", "False"), condition("DiskPressure", "True")] } }, { subresource: "status" });
  const notReady = "node.kubernetes.io/not-ready";
  const expected = [`${notReady}:NoExecute`, `${notReady}:NoSchedule`, "node.kubernetes.io/disk-pressure:NoSchedule"].concat([
    "node.kubernetes.io/unschedulable:NoSchedule",
    "own:NoSchedule",
  ]);
  await until("tainted", async () => taintsOf(await client.get(Node, "", "n")).join() === expected.toSorted().join());
});

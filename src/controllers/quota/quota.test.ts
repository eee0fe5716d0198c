import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap, ResourceQuota, ServiceAccount } from "../../api/resources.ts";
import type { Pod } from "../../api/tables/core-v1.ts";
import { type ControlPlane, startControlPlane } from "../../cli/control-plane.ts";
import type { Client } from "../../client/client.ts";
import { connect } from "../../client/connect.ts";
import { runAll } from "../../client/run-all.ts";
import { systemClock } from "../../machinery/clock.ts";
import { createLog } from "../../machinery/log.ts";
import { grantRoles } from "../grant.ts";
import { givesBack } from "./gives-back.ts";
import quota from "./quota.ts";

async function runQuota(cluster: ControlPlane): Promise<{ client: Client; stop: () => Promise<void> }> {
  const { cert, key } = cluster.identity("admin", ["system:masters"]);
  const access = { server: cluster.url, ca: cluster.ca, certificate: () => ({ cert, key }) };
  const client = connect({ access, component: "test" });
  await grantRoles(client, [quota]);
  const stopping = new AbortController();
  await runAll({ access, component: "test", controllers: [quota], clock: systemClock, log: createLog("test", "error"), signal: stopping.signal });
  return {
    client,
    stop: async () => {
      stopping.abort();
      await client.transport.close();
    },
  };
}

/** Waits until a quota says that so much is used. */
async function until(client: Client, name: string, used: Record<string, string>): Promise<void> {
  let said: unknown;
  for (let tries = 0; tries < 200; tries++) {
    said = (await client.get(ResourceQuota, "default", name)).status?.used;
    if (JSON.stringify(said) === JSON.stringify(used)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.deepEqual(said, used);
}

test("a quota is measured when it is made and changed, charged by what is made, and given back what is deleted", async () => {
  await using cluster = await startControlPlane();
  const { client, stop } = await runQuota(cluster);
  try {
    await client.create(ConfigMap, { metadata: { name: "before", namespace: "default" } });
    const hard = { configmaps: "3", "count/serviceaccounts": "2", pods: "1", "count/none.example.com": "1" };
    const made = await client.create(ResourceQuota, { metadata: { name: "q", namespace: "default" }, spec: { hard } });
    await until(client, "q", { configmaps: "1", "count/serviceaccounts": "0", pods: "0" });
    await client.create(ConfigMap, { metadata: { name: "after", namespace: "default" } });
    await client.create(ServiceAccount, { metadata: { name: "robot", namespace: "default" } });
    assert.deepEqual((await client.get(ResourceQuota, "default", "q")).status?.used, { configmaps: "2", "count/serviceaccounts": "1", pods: "0" });
    await client.delete(ConfigMap, "default", "before");
    await until(client, "q", { configmaps: "1", "count/serviceaccounts": "1", pods: "0" });
    await client.delete(ServiceAccount, "default", "robot");
    await until(client, "q", { configmaps: "1", "count/serviceaccounts": "0", pods: "0" });
    await client.patch(ResourceQuota, "default", made.metadata.name ?? "", { spec: { hard: { configmaps: null, secrets: "1" } } });
    await until(client, "q", { "count/serviceaccounts": "0", pods: "0", secrets: "0" });
  } finally {
    await stop();
  }
});

test("what ends, shrinks or changes its scope gives back; what is only looked at doesn't", () => {
  const pods = { group: "", resource: "pods" };
  const pod = (phase: string, labels = {}): Pod => ({ metadata: { name: "p", uid: "u", labels }, spec: { containers: [] }, status: { phase } });
  assert.deepEqual(
    [
      givesBack(pods, undefined, pod("Running")),
      givesBack(pods, pod("Succeeded"), pod("Running")),
      givesBack(pods, pod("Running", { a: "b" }), pod("Running")),
    ],
    [true, true, false],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fastClock, runControllers } from "../../test/support/controllers.ts";
import { until } from "../../test/support/until.ts";
import { Node, Pod, ServiceAccount } from "../api/resources.ts";
import type { Pod as PodObject } from "../api/tables/core-v1.ts";
import { startControlPlane } from "../cli/control-plane.ts";
import type { Client } from "../client/client.ts";
import podGc from "./pod-gc.ts";

async function makePod(client: Client, name: string, nodeName?: string): Promise<void> {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  await client.create(Pod, {
    metadata: { name, namespace: "default", finalizers: ["example.org/watched"] },
    spec: { ...(nodeName && { nodeName }), containers: [{ name: "c", image: "i", resources: {}, securityContext }] },
  });
}

test("pods of a node that is gone end as failed, those of a node that is there and those that wait for one stay", async () => {
  await using cluster = await startControlPlane();
  await using running = await runControllers(cluster, [podGc], fastClock(200));
  const { client } = running;
  await client.create(ServiceAccount, { metadata: { name: "default", namespace: "default" } });
  for (const name of ["here", "gone"]) await client.create(Node, { metadata: { name }, spec: {} });
  await makePod(client, "lost", "gone");
  await makePod(client, "kept", "here");
  await makePod(client, "waiting");
  await client.delete(Node, "", "gone");
  const find = (name: string) => client.find<PodObject>(Pod, "default", name);
  const lost = await until("deleted", async () => {
    const pod = await find("lost");
    return pod?.metadata.deletionTimestamp !== undefined && pod;
  });
  const target = lost.status?.conditions?.find(({ type }) => type === "DisruptionTarget");
  assert.deepEqual(
    [lost.status?.phase, target?.status, target?.reason, target?.message],
    ["Failed", "True", "DeletionByPodGC", "PodGC: node no longer exists"],
  );
  for (const name of ["kept", "waiting"]) assert.equal((await find(name))?.metadata.deletionTimestamp, undefined, name);
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { ConfigMap, Namespace } from "../../api/resources.ts";
import type { ConfigMap as ConfigMapObject } from "../../api/tables/core-v1.ts";
import { startControlPlane } from "../../cli/control-plane.ts";
import type { Client } from "../../client/client.ts";
import { connectByKubeconfig } from "../../client/connect.ts";
import { systemClock } from "../../machinery/clock.ts";
import { agentPod } from "../pods/agent-pod.ts";
import { Referenced } from "./referenced.ts";
import { referencesOf } from "./references-of.ts";
import { WatchPool } from "./watch-pool.ts";

test("every config map and secret that a pod names is found, wherever it names it", () => {
  const pod = agentPod({
    metadata: { name: "p", namespace: "d", uid: "u" },
    spec: {
      imagePullSecrets: [{ name: "pull" }],
      volumes: [
        { name: "a", configMap: { name: "cm-volume" } },
        { name: "b", secret: { secretName: "s-volume" } },
        { name: "c", projected: { sources: [{ configMap: { name: "cm-projected" } }, { secret: { name: "s-projected" } }] } },
      ],
      initContainers: [{ name: "i", envFrom: [{ configMapRef: { name: "cm-from" } }, { secretRef: { name: "s-from" } }] }],
      containers: [
        {
          name: "c",
          env: [
            { name: "A", valueFrom: { configMapKeyRef: { name: "cm-key", key: "k" } } },
            { name: "B", valueFrom: { secretKeyRef: { name: "s-key", key: "k" } } },
          ],
        },
      ],
    },
  });
  const { configMaps, secrets } = referencesOf(pod);
  assert.deepEqual([...configMaps].toSorted(), ["d/cm-from", "d/cm-key", "d/cm-projected", "d/cm-volume"]);
  assert.deepEqual([...secrets].toSorted(), ["d/pull", "d/s-from", "d/s-key", "d/s-projected", "d/s-volume"]);
});

test("more watches than one connection carries go over several, and with the last watch a connection is closed", async () => {
  await using cluster = await startControlPlane();
  const folder = mkdtempSync("/tmp/rampart-referenced-");
  const stop = new AbortController();
  try {
    writeFileSync(`${folder}/kubeconfig`, cluster.adminKubeconfig);
    const admin = connectByKubeconfig(`${folder}/kubeconfig`, "test");
    const clients: Client[] = [];
    const pool = new WatchPool(() => {
      const client = connectByKubeconfig(`${folder}/kubeconfig`, "node");
      clients.push(client);
      return client;
    });
    await admin.create(Namespace, { metadata: { name: "d" }, spec: {} });
    const names = Array.from({ length: 60 }, (_, index) => `c${index}`);
    for (const name of names) await admin.create(ConfigMap, { metadata: { name, namespace: "d" }, data: { name } });
    const changed: string[] = [];
    const referenced = new Referenced<ConfigMapObject>(ConfigMap, { pool, clock: systemClock, signal: stop.signal, onChange: (uids) => changed.push(...uids) });
    referenced.use("pod", new Set(names.map((name) => `d/${name}`)));
    const found = await Promise.all(names.map((name) => referenced.get("d", name)));
    assert.deepEqual(
      found.map((one) => one?.data?.name),
      names,
    );
    assert.equal(await referenced.get("d", "none"), undefined);
    assert.equal(clients.length, 2);
    changed.length = 0;
    await admin.patch(ConfigMap, "d", "c59", { data: { name: "new" } });
    for (let tries = 0; changed.length === 0; tries++) {
      assert.ok(tries < 100, "nobody heard of the change");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal((await referenced.get("d", "c59"))?.data?.name, "new");
    referenced.use("pod", new Set());
    await assert.rejects(clients[0]!.list(ConfigMap), /the client is closed/);
    await pool.close();
    await admin.transport.close();
  } finally {
    stop.abort();
    rmSync(folder, { recursive: true });
  }
});

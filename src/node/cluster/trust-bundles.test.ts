import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { ClusterTrustBundle } from "../../api/resources.ts";
import { startControlPlane } from "../../cli/control-plane.ts";
import { connectByKubeconfig } from "../../client/connect.ts";
import { systemClock } from "../../machinery/clock.ts";
import { agentPod } from "../pods/agent-pod.ts";
import { TrustBundles } from "./trust-bundles.ts";

const CA = `-----BEGIN CERTIFICATE-----
MIIBNDCB56ADAgECAhQi1CdwbMomwlOGhP3BaiN/3Io1ATAFBgMrZXAwDzENMAsG
A1UEAwwEcm9vdDAgFw0yNjExMjQxODI1NDlaGA8yMTI2MTAzMTE4MjU0OVowDzEN
MAsGA1UEAwwEcm9vdDAqMAUGAytlcAMhAOuehy+7Qr1HmzU7m5hZCzwYMtUMjwqj
7jQZ6Nu1pEqZo1MwUTAdBgNVHQ4EFgQUxmxo1zWhoNqb/Z4qpadkLPyEXhIwHwYD
VR0jBBgwFoAUxmxo1zWhoNqb/Z4qpadkLPyEXhIwDwYDVR0TAQH/BAUwAwEB/zAF
BgMrZXADQQAQPlnDVfTE9NHSic1GwW3y6Isd30rEBCo2sROmS1SIppGwTKyme/7G
09kLYmdsig+2x25UTwnF7wXh3Djhs2IC
-----END CERTIFICATE-----
`;

test("trust bundles are read when a volume first asks, and pods that mount some hear of changes", async () => {
  await using cluster = await startControlPlane();
  const folder = mkdtempSync("/tmp/rampart-trust-bundles-");
  const stop = new AbortController();
  try {
    writeFileSync(`${folder}/kubeconfig`, cluster.adminKubeconfig);
    const client = connectByKubeconfig(`${folder}/kubeconfig`, "test");
    const changed: string[][] = [];
    const bundles = new TrustBundles({ client, clock: systemClock, signal: stop.signal, onChange: (uids) => changed.push([...uids]) });
    const pod = (uid: string, source: object) =>
      agentPod({
        metadata: { name: uid, namespace: "d", uid },
        spec: { containers: [{ name: "c" }], volumes: [{ name: "v", projected: { sources: [source] } }] },
      });
    bundles.use(pod("mounts", { clusterTrustBundle: { name: "a", path: "ca" } }));
    bundles.use(pod("left", { clusterTrustBundle: { name: "a", path: "ca" } }));
    bundles.use(pod("mounts-none", { configMap: { name: "a" } }));
    bundles.forget("left");
    assert.deepEqual(await bundles.all(), []);
    await client.create(ClusterTrustBundle, { metadata: { name: "a" }, spec: { trustBundle: CA } });
    for (let tries = 0; changed.length === 0; tries++) {
      assert.ok(tries < 100, "nobody heard of the new bundle");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(changed, [["mounts"]]);
    assert.deepEqual(
      (await bundles.all()).map(({ metadata }) => metadata.name),
      ["a"],
    );
    await client.transport.close();
  } finally {
    stop.abort();
    rmSync(folder, { recursive: true });
  }
});

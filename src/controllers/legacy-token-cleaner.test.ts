import assert from "node:assert/strict";
import { test } from "node:test";
import { runControllers } from "../../test/support/controllers.ts";
import { until } from "../../test/support/until.ts";
import { Namespace, Pod, Secret, ServiceAccount } from "../api/resources.ts";
import { startControlPlane } from "../cli/control-plane.ts";
import type { Clock } from "../machinery/clock.ts";
import { systemClock } from "../machinery/clock.ts";
import legacyTokenCleaner from "./legacy-token-cleaner.ts";

const DAY_MS = 86_400_000;
const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";
const NAMESPACE = "old";

/** Days pass when the test says so; whoever waits for one looks again soon. */
class Days implements Clock {
  days = 0;
  now(): number {
    return Date.now() + this.days * DAY_MS;
  }
  after(delayMs: number, callback: () => void): () => void {
    return systemClock.after(Math.min(delayMs, 50), callback);
  }
}

test("a token that nobody used for a year is marked, and after another year deleted; those that may be in use stay", async () => {
  const clock = new Days();
  await using cluster = await startControlPlane();
  await using running = await runControllers(cluster, [legacyTokenCleaner], clock);
  const { client } = running;
  await client.create(Namespace, { metadata: { name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "privileged" } }, spec: {} });
  const secrets = ["unused", "mounted", "used", "odd"].map((name) => ({ name }));
  await client.create(ServiceAccount, { metadata: { name: "default", namespace: NAMESPACE }, secrets });
  const later = new Date(Date.now() + 300 * DAY_MS).toISOString().slice(0, 10);
  const labels = { used: later, odd: "yesterday" } as const;
  for (const name of ["unused", "mounted", "used", "odd", "manual"]) {
    const used = name === "used" || name === "odd" ? { labels: { "kubernetes.io/legacy-token-last-used": labels[name] } } : {};
    const annotations = { "kubernetes.io/service-account.name": "default" };
    await client.create(Secret, { metadata: { name, namespace: NAMESPACE, annotations, ...used }, type: "kubernetes.io/service-account-token" });
  }
  await client.create(Pod, {
    metadata: { name: "web", namespace: NAMESPACE },
    spec: { containers: [{ name: "a", image: "b", resources: {} }], volumes: [{ name: "token", secret: { secretName: "mounted" } }] },
  });
  const marks = async () => {
    const { items } = await client.list(Secret, NAMESPACE);
    return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.labels?.[INVALID_SINCE]]));
  };
  clock.days = 300;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await marks()).unused, undefined, "not a year yet");
  clock.days = 400;
  const marked = await until("marked", async () => (await marks()).unused);
  assert.equal(marked, new Date(clock.now()).toISOString().slice(0, 10));
  clock.days = 800;
  const left = await until("deleted", async () => {
    const all = await marks();
    return !("unused" in all) && all.used && all;
  });
  assert.deepEqual(
    { ...left, used: left.used !== undefined },
    { mounted: undefined, used: true, odd: undefined, manual: undefined },
    "and the one used long ago is marked by now",
  );
});

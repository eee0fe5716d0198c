/** What kubectl asks that waits or follows: a watch that begins with what there is (as kubectl 1.37 asks by itself), packed, and watches in tables and protobuf. */

import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { type Kubectl, kubectl } from "../support/kubectl.ts";

let cluster: ControlPlane;
before(async () => {
  cluster = await startControlPlane();
});
after(() => cluster.close());

/** What older ones do only when told. */
const LIKE_1_37 = { KUBE_FEATURE_WatchListClient: "true" };

/** Starts what goes on until it is done or stopped. */
function start(t: TestContext, k: Kubectl, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  const running = spawn(k.program, [...args], { env: { PATH: process.env.PATH ?? "", HOME: dirname(k.kubeconfig), KUBECONFIG: k.kubeconfig, ...LIKE_1_37 } });
  t.after(() => running.kill());
  return running;
}

/** @returns what gives the next line that it prints; the empty one at its end */
function linesOf({ stdout }: ChildProcessWithoutNullStreams): () => Promise<string> {
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  return async () => (await lines.next()).value ?? "";
}

test("kubectl wait begins with a packed watch of what there is, and hears of what it waits for", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  // More than one member of the pack has room for, so that what is awaited comes in a later one.
  await k("create", "configmap", "long", `--from-literal=filler=${"x".repeat(100_000)}`);
  const waiting = start(t, k, "wait", "configmap/long", "--for=jsonpath={.data.ready}=yes", "--timeout=30s", "-v=9");
  let said = "";
  waiting.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const line = linesOf(waiting)(); // Asked for before the command can end: what nobody waits for by then is lost.
  while (!/sendInitialEvents=true.*watch=true.* 200 OK|sendInitialEvents=true.*watch=true.*status="200 OK"/s.test(said)) await once(waiting.stderr, "data");
  await k("patch", "configmap", "long", "--type=merge", "-p", '{"data":{"ready":"yes"}}');
  assert.equal(await line, "configmap/long condition met");
  assert.match(said, /Vary: Accept-Encoding/, "the answer was packed, and unpacked by the time that kubectl saw it");
  if (waiting.exitCode === null) await once(waiting, "exit");
  assert.equal(waiting.exitCode, 0);
});

test("kubectl wait sees what is so already, and a deletion", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  await k("create", "configmap", "gone", "--from-literal=ready=yes");
  const met = start(t, k, "wait", "configmap/gone", "--for=jsonpath={.data.ready}=yes", "--timeout=30s");
  assert.equal(await linesOf(met)(), "configmap/gone condition met");
  const waiting = start(t, k, "wait", "configmap/gone", "--for=delete", "--timeout=30s", "-v=6");
  let said = "";
  waiting.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const line = linesOf(waiting)();
  while (!/configmaps\/gone.* 200 OK|configmaps\/gone" status="200 OK"/.test(said)) await once(waiting.stderr, "data");
  await k("delete", "configmap", "gone");
  assert.equal(await line, "configmap/gone condition met");
});

test("kubectl get and kubectl events follow what happens", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  await k("create", "namespace", "shop");
  const maps = start(t, k, "get", "configmaps", "--watch-only", "--output-watch-events", "--no-headers", "-n", "shop");
  const events = start(t, k, "events", "--watch", "--no-headers", "-n", "shop");
  const [nextMap, nextEvent] = [linesOf(maps), linesOf(events)];
  const event = (name: string) => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: "shop" },
    involvedObject: { kind: "ConfigMap", name: "a", namespace: "shop" },
    ...{ type: "Normal", reason: "Made", message: `it was made ${name}`, lastTimestamp: new Date().toISOString().replace(/\.\d+/, "") },
  });
  /** Until one was seen: nobody says when a watch has begun. */
  async function seen(next: () => Promise<string>, make: (i: number) => Promise<unknown>): Promise<string> {
    const line = next();
    for (let i = 0; ; i++) {
      await make(i);
      const first = await Promise.race([line, sleep(500)]);
      if (first !== undefined) return first;
    }
  }
  assert.match(await seen(nextMap, (i) => k("create", "configmap", `a${i}`, "-n", "shop")), /^ADDED +a\d+ +0 /);
  assert.match(await seen(nextEvent, (i) => k.with(JSON.stringify(event(`e${i}`)), "create", "-f", "-")), /Normal +Made +ConfigMap\/a +it was made e\d+$/);
  for (const running of [maps, events]) {
    running.kill();
    await once(running, "exit");
  }
});

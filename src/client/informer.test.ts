import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../../test/support/until.ts";
import type { KubeObject } from "../api/kind.ts";
import { ConfigMap } from "../api/resources.ts";
import type { ConfigMap as ConfigMapObject } from "../api/tables/core-v1.ts";
import { type ControlPlane, startControlPlane } from "../cli/control-plane.ts";
import { systemClock } from "../machinery/clock.ts";
import type { Client } from "./client.ts";
import { connect } from "./connect.ts";
import { Informer, type InformerOptions } from "./informer.ts";

function clientOf(cluster: ControlPlane): Client {
  const { cert, key } = cluster.identity("admin", ["system:masters"]);
  return connect({ access: { server: cluster.url, ca: cluster.ca, certificate: () => ({ cert, key }) }, component: "test" });
}

interface Watching extends AsyncDisposable {
  readonly informer: Informer<ConfigMapObject>;
  /** `+a`, `~a`, `-a`: what handlers heard. */
  readonly heard: string[];
}

async function watch(client: Client, options: Partial<InformerOptions> = {}): Promise<Watching> {
  const stopping = new AbortController();
  const informer = new Informer<ConfigMapObject>(ConfigMap, { client, clock: systemClock, signal: stopping.signal, namespace: "default", ...options });
  const heard: string[] = [];
  informer.handle((now, old) => heard.push(`${now ? (old ? "~" : "+") : "-"}${(now ?? old)?.metadata.name}`));
  const running = informer.run();
  await informer.synced;
  return {
    informer,
    heard,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

const make = (client: Client, name: string, metadata: Partial<KubeObject["metadata"]> = {}) =>
  client.create(ConfigMap, { metadata: { name, namespace: "default", ...metadata } });

test("what is there and what comes is heard once, in order, and can be found by name, namespace and owner", async () => {
  await using cluster = await startControlPlane();
  const client = clientOf(cluster);
  const owner = await make(client, "owner");
  {
    await using watching = await watch(client);
    const { informer, heard } = watching;
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid ?? "", controller: true }];
    await make(client, "child", { ownerReferences });
    await client.patch(ConfigMap, "default", "child", { data: { a: "b" } });
    const last = await client.patch(ConfigMap, "default", "owner", { data: { a: "b" } });
    await informer.until(() => informer.revision >= Number(last.metadata.resourceVersion), 5000);
    assert.deepEqual(heard, ["+owner", "+child", "~child", "~owner"]);
    assert.deepEqual(informer.get("default", "child")?.data, { a: "b" });
    const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).toSorted();
    assert.deepEqual(names(informer.ownedBy(owner.metadata.uid ?? "")), ["child"]);
    assert.ok(!names(informer.orphans("default")).includes("child"));
    assert.deepEqual([informer.size, informer.list("elsewhere")], [2, []]);
    assert.deepEqual([informer.get("default", "owner")?.kind, informer.get("default", "owner")?.apiVersion], ["ConfigMap", "v1"]);

    await client.patch(ConfigMap, "default", "child", { metadata: { ownerReferences: null } });
    await until("adoptable", async () => names(informer.orphans("default")).includes("child"));
    assert.deepEqual(informer.ownedBy(owner.metadata.uid ?? ""), []);
    await client.delete(ConfigMap, "default", "child");
    await until("gone", async () => !informer.get("default", "child"));
    assert.equal(heard.at(-1), "-child");
  }
  await client.transport.close();
});

test("a selector's objects alone are held, without more than their metadata where that is enough", async () => {
  await using cluster = await startControlPlane();
  const client = clientOf(cluster);
  await make(client, "in", { labels: { a: "1" } });
  await make(client, "out");
  {
    await using watching = await watch(client, { labelSelector: "a=1", metadataOnly: true });
    const { informer, heard } = watching;
    await client.patch(ConfigMap, "default", "in", { data: { secret: "x" } });
    await client.patch(ConfigMap, "default", "out", { metadata: { labels: { a: "1" } } });
    await client.patch(ConfigMap, "default", "in", { metadata: { labels: null } });
    await until("exchanged", async () => heard.length === 4);
    assert.deepEqual(heard, ["+in", "~in", "+out", "-in"]);
    assert.equal(informer.get("default", "out")?.data, undefined);
  }
  await client.transport.close();
});

test("what happens while the server is away is caught up with", { timeout: 60_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "rampart-informer-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const first = await startControlPlane({ directory });
  const { keys } = first;
  const client = clientOf(first);
  for (const name of ["kept", "deleted", "changed"]) await make(client, name);
  {
    const errors: unknown[] = [];
    await using watching = await watch(client, { onError: (error) => errors.push(error) });
    const { informer, heard } = watching;
    await first.close();
    // Changes that this informer can't see: at a server under another address.
    const elsewhere = await startControlPlane({ directory, keys });
    const other = clientOf(elsewhere);
    await other.delete(ConfigMap, "default", "deleted");
    await other.patch(ConfigMap, "default", "changed", { data: { a: "b" } });
    await make(other, "new");
    await other.transport.close();
    await elsewhere.close();
    await using _again = await startControlPlane({ directory, keys, port: first.server.port });
    await until("caught up", async () => informer.get("default", "new") && !informer.get("default", "deleted"));
    await until("changed", async () => informer.get("default", "changed")?.data?.a === "b");
    assert.deepEqual(heard.slice(-3).toSorted(), ["+new", "-deleted", "~changed"]);
    assert.ok(errors.length > 0, "it was told of");
    await client.transport.close();
  }
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RunningControllers, runControllers } from "../../../test/support/controllers.ts";
import { until } from "../../../test/support/until.ts";
import type { KubeObject } from "../../api/kind.ts";
import { ConfigMap, Namespace, Secret } from "../../api/resources.ts";
import { type ControlPlane, startControlPlane } from "../../cli/control-plane.ts";
import garbage from "./garbage.ts";

let cluster: ControlPlane;
let running: RunningControllers;
before(async () => {
  cluster = await startControlPlane();
  running = await runControllers(cluster, [garbage]);
});
after(async () => {
  await running[Symbol.asyncDispose]();
  await cluster.close();
});

type Owner = NonNullable<KubeObject["metadata"]["ownerReferences"]>[number];

const ownerOf = ({ metadata }: KubeObject, more: Partial<Owner> = {}): Owner => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name: metadata.name ?? "",
  uid: metadata.uid ?? "",
  ...more,
});
const make = (name: string, owners: Owner[] = [], finalizers: string[] = []) =>
  running.client.create(ConfigMap, { metadata: { name, namespace: "default", ...(owners.length > 0 && { ownerReferences: owners }), finalizers } });
const find = (name: string) => running.client.find<KubeObject>(ConfigMap, "default", name);
const gone = (name: string) => until(`${name} gone`, async () => !(await find(name)));

test("what lost its last owner goes, what has another keeps that one alone", async () => {
  const [one, two] = [await make("bg-one"), await make("bg-two")];
  await make("bg-child", [ownerOf(one)]);
  await make("bg-shared", [ownerOf(one), ownerOf(two)]);
  const child = await find("bg-child");
  await running.client.create(Secret, { metadata: { name: "bg-grandchild", namespace: "default", ownerReferences: [ownerOf(child!)] } });
  await running.client.delete(ConfigMap, "default", "bg-one", { propagationPolicy: "Background" });
  await gone("bg-child");
  await until("grandchild gone", async () => !(await running.client.find(Secret, "default", "bg-grandchild")));
  const shared = await until("let go of one", async () => {
    const found = await find("bg-shared");
    return found?.metadata.ownerReferences?.length === 1 && found;
  });
  assert.deepEqual(shared.metadata.ownerReferences, [ownerOf(two)]);
});

test("an owner that is deleted in the foreground waits for the dependents that block it, and for no other", async () => {
  const owner = await make("fg-owner");
  await make("fg-blocks", [ownerOf(owner, { blockOwnerDeletion: true })], ["example.org/wait"]);
  await make("fg-free", [ownerOf(owner)], ["example.org/wait"]);
  await running.client.delete(ConfigMap, "default", "fg-owner", { propagationPolicy: "Foreground" });
  const isGoing = async (name: string) => (await find(name))?.metadata.deletionTimestamp !== undefined;
  await until("dependents deleted", async () => (await isGoing("fg-blocks")) && (await isGoing("fg-free")));
  assert.deepEqual((await find("fg-owner"))?.metadata.finalizers, ["foregroundDeletion"]);
  await running.client.patch(ConfigMap, "default", "fg-blocks", { metadata: { finalizers: null } });
  await gone("fg-owner");
  assert.ok(await find("fg-free"), "it still waits for its finalizer");
  await running.client.patch(ConfigMap, "default", "fg-free", { metadata: { finalizers: null } });
});

test("orphans stay and forget their owner", async () => {
  const owner = await make("or-owner");
  await make("or-child", [ownerOf(owner)]);
  await running.client.delete(ConfigMap, "default", "or-owner", { propagationPolicy: "Orphan" });
  await gone("or-owner");
  assert.deepEqual((await find("or-child"))?.metadata.ownerReferences, undefined);
});

test("owners that own each other hold up nothing", async () => {
  const one = await make("circle-one");
  const two = await make("circle-two", [ownerOf(one, { blockOwnerDeletion: true })]);
  await running.client.patch(ConfigMap, "default", "circle-one", { metadata: { ownerReferences: [ownerOf(two, { blockOwnerDeletion: true })] } });
  await running.client.delete(ConfigMap, "default", "circle-one", { propagationPolicy: "Foreground" });
  await gone("circle-one");
  await gone("circle-two");
});

test("an owner by name alone is none, nor is one in another namespace", async () => {
  await running.client.create(Namespace, { metadata: { name: "elsewhere" }, spec: {} });
  const far = await running.client.create(ConfigMap, { metadata: { name: "far", namespace: "elsewhere" } });
  const near = await make("near");
  await make("false-uid", [ownerOf(near, { uid: "00000000-0000-4000-8000-000000000000" })]);
  await make("far-owner", [ownerOf(far)]);
  await gone("false-uid");
  await gone("far-owner");
  assert.ok(await find("near"));
  assert.ok(await running.client.find(ConfigMap, "elsewhere", "far"));
});

test("an owner of a kind that nobody serves may come back: what it owns stays", async () => {
  await make("of-unknown", [{ apiVersion: "none.example.org/v1", kind: "Thing", name: "t", uid: "00000000-0000-4000-8000-000000000001" }]);
  const marker = await make("marker", [{ apiVersion: "v1", kind: "ConfigMap", name: "none", uid: "00000000-0000-4000-8000-000000000002" }]);
  await gone(marker.metadata.name ?? "");
  assert.ok(await find("of-unknown"));
});

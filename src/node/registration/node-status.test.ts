import assert from "node:assert/strict";
import { test } from "node:test";
import { issue, newAuthority } from "../../machinery/certificates/issue.ts";
import { newKeyPair } from "../../machinery/certificates/keys.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { nodeStatus, tellsTheSame } from "./node-status.ts";
import { isValidAt, renewalAtMs } from "./rotation.ts";

const info = {
  machineID: "m",
  systemUUID: "s",
  bootID: "b",
  kernelVersion: "6",
  osImage: "D",
  containerRuntimeVersion: "c",
  kubeletVersion: "v",
  kubeProxyVersion: "",
  operatingSystem: "linux",
  architecture: "amd64",
};
const machine: MachineFacts = { capacity: { cpu: "2" }, allocatable: { cpu: "2" }, memoryBytes: 1, info };
const ready = [{ type: "RuntimeReady", status: true, reason: "", message: "" }];
const facts = { name: "n", ips: ["10.0.0.1"], port: 10250, machine, images: [], runtime: ready, now: 0 };

test("a node is ready when its runtime is, and says what isn't", () => {
  const of = (runtime: typeof ready | undefined) => nodeStatus({ ...facts, runtime }, undefined).conditions?.find(({ type }) => type === "Ready");
  assert.deepEqual([of(ready)?.status, of(ready)?.reason], ["True", "KubeletReady"]);
  assert.deepEqual([of(undefined)?.status, of(undefined)?.message], ["False", "container runtime is down"]);
  const network = { type: "NetworkReady", status: false, reason: "NetworkPluginNotReady", message: "no CNI" };
  assert.equal(of([...ready, network])?.message, "NetworkReady: reason:NetworkPluginNotReady message:no CNI");
});

test("a condition keeps its time while it stays, and heartbeats alone are no news", () => {
  const first = nodeStatus(facts, undefined);
  const later = nodeStatus({ ...facts, now: 60_000 }, first);
  assert.equal(later.conditions?.[3]?.lastTransitionTime, first.conditions?.[3]?.lastTransitionTime);
  assert.notEqual(later.conditions?.[3]?.lastHeartbeatTime, first.conditions?.[3]?.lastHeartbeatTime);
  assert.equal(tellsTheSame(later, first), true);
  assert.equal(tellsTheSame(nodeStatus({ ...facts, runtime: undefined }, first), first), false);
  assert.equal(tellsTheSame(first, undefined), false);
});

test("images are told by size, the biggest fifty", () => {
  const image = (size: number) => ({
    id: `sha256:${size}`,
    repoTags: [`i:${size}`],
    repoDigests: [],
    sizeBytes: size,
    uid: undefined,
    username: "",
    pinned: false,
  });
  const { images } = nodeStatus({ ...facts, images: Array.from({ length: 60 }, (_, index) => image(index)) }, undefined);
  assert.deepEqual([images?.length, images?.[0]], [50, { names: ["i:59"], sizeBytes: 59 }]);
});

test("a certificate is replaced between 70 and 90 per cent of its life", () => {
  const now = Date.parse("2026-06-01T00:00:00Z");
  const authority = newAuthority({ commonName: "ca", lifetimeMs: 1e10, now });
  const cert = issue(authority, { subject: { commonName: "n" }, publicKey: newKeyPair().publicKey, usages: ["client auth"], lifetimeMs: 1e9, now });
  const [early, late] = [renewalAtMs(cert, 0), renewalAtMs(cert, 1)];
  assert.ok(early > now + 0.65e9 && early < now + 0.75e9 && late > now + 0.85e9 && late < now + 0.95e9);
  assert.deepEqual([isValidAt(cert, now), isValidAt(cert, now + 2e9)], [true, false]);
});

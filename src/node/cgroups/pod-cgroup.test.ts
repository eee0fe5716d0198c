import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Cgroups, podCgroupPath, podLimits } from "./pod-cgroup.ts";

test("pods lie by quality of service", () => {
  assert.deepEqual(
    (["Guaranteed", "Burstable", "BestEffort"] as const).map((qos) => podCgroupPath("/kubepods", "u", qos)),
    ["/kubepods/podu", "/kubepods/burstable/podu", "/kubepods/besteffort/podu"],
  );
});

test("a whole is limited only where each of its parts is; an init container counts by itself", () => {
  const container = (cpu: string, memory?: string) => ({ name: cpu, resources: { requests: { cpu }, limits: { cpu, ...(memory && { memory }) } } });
  const both = podLimits({ containers: [container("500m", "1Gi"), container("250m", "1Gi")], initContainers: [container("2", "1Gi")] }, 100);
  assert.deepEqual(both, { memoryBytes: 2 * 2 ** 30, cpuShares: 2048, cpuQuotaUs: 200_000, pids: 100 });
  assert.equal(podLimits({ containers: [container("500m", "1Gi"), container("250m")] }, 100).memoryBytes, 0);
  assert.deepEqual(podLimits({ containers: [{ name: "a" }] }, 100), { memoryBytes: 0, cpuShares: 2, cpuQuotaUs: 0, pids: 100 });
});

test("in the unified hierarchy the controllers are passed down to the pod, and its limits written", async () => {
  const mount = mkdtempSync("/tmp/rampart-cgroup-");
  try {
    writeFileSync(`${mount}/cgroup.controllers`, "cpu memory pids");
    mkdirSync(`${mount}/kubepods/burstable/podu`, { recursive: true });
    const cgroups = new Cgroups(mount);
    await cgroups.set("/kubepods/burstable/podu", { memoryBytes: 5, cpuShares: 1024, cpuQuotaUs: 0, pids: 9 });
    const read = (path: string) => readFileSync(`${mount}/${path}`, "utf8");
    for (const above of ["", "kubepods/", "kubepods/burstable/"]) assert.equal(read(`${above}cgroup.subtree_control`), "+cpu +memory +pids");
    const files = ["pids.max", "memory.max", "cpu.max", "cpu.weight"].map((file) => read(`kubepods/burstable/podu/${file}`));
    assert.deepEqual(files, ["9", "5", "max 100000", "39"]);
    assert.deepEqual([...(await cgroups.podUids("/kubepods"))], ["u"]);
  } finally {
    rmSync(mount, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "../../tables/core-v1.ts";
import { podRequests } from "./aggregate.ts";

const asking = (name: string, cpu: string, restartPolicy?: string) => ({ name, resources: { requests: { cpu } }, ...(restartPolicy && { restartPolicy }) });
const cpu = (spec: Partial<PodSpec>) => podRequests({ containers: [], ...spec }).cpu;

test("containers ask together, and those that come before them one by one", () => {
  assert.equal(cpu({ containers: [asking("a", "100m"), asking("b", "200m")] }), "300m");
  assert.equal(cpu({ containers: [asking("a", "100m")], initContainers: [asking("i", "500m"), asking("j", "400m")] }), "500m");
});

test("a sidecar asks from where it stands on", () => {
  const sidecar = asking("s", "50m", "Always");
  assert.equal(cpu({ containers: [asking("a", "100m")], initContainers: [sidecar, asking("i", "500m")] }), "550m");
  assert.equal(cpu({ containers: [asking("a", "100m")], initContainers: [asking("i", "120m"), sidecar] }), "150m");
});

test("what the pod itself asks for counts instead, and its overhead besides", () => {
  assert.equal(cpu({ containers: [asking("a", "100m")], resources: { requests: { cpu: "2" } }, overhead: { cpu: "10m" } }), "2010m");
});

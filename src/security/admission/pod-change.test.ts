import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, says } from "../../../test/support/admission.ts";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../api/kind.ts";
import { nodeDeclaredFeatureValidator } from "./node-features.ts";
import { podResizeValidator } from "./pod-resize.ts";

const pod = (generation: number, spec: object) => ({ metadata: { name: "p", namespace: "a", generation }, spec: { nodeName: "n", ...spec } });
const asking = (cpu: string, memory = "1Gi") => ({ containers: [{ name: "c", resources: { requests: { cpu, memory } } }] });

function withNode(node: object): MemoryReader {
  const reader = new MemoryReader();
  reader.put("", "nodes", { metadata: { name: "n" }, ...node } as KubeObject);
  return reader;
}

test("a pod is resized to what its node has at most, on linux alone", async () => {
  const resize = (reader: MemoryReader, spec: object, generation = 2) =>
    ask(podResizeValidator, { reader, on: "pods/resize", operation: "UPDATE", object: pod(generation, spec), old: pod(1, asking("1")) });
  const reader = withNode({ status: { allocatable: { cpu: "4", memory: "2Gi" } } });
  await resize(reader, asking("4"));
  await resize(reader, { ...asking("5"), nodeName: "" });
  await resize(reader, asking("5"), 1);
  await assert.rejects(
    resize(reader, asking("5", "3Gi")),
    says(403, "allocatable resources: cpu, requested: 5000, allocatable: 4000; memory, requested: 3221225472, allocatable: 2147483648"),
  );
  await assert.rejects(resize(reader, { ...asking("1"), nodeName: "other" }), says(403, 'node "other" not found'));
  const windows = withNode({ metadata: { name: "n", labels: { "kubernetes.io/os": "windows" } } });
  await assert.rejects(resize(windows, asking("2")), (error) => {
    const { details } = (error as { status: { details: { causes: unknown } } }).status;
    assert.deepEqual(details.causes, [{ reason: "UnsupportedPlatform" }]);
    return true;
  });
});

test("a change asks only for what the node has declared", async () => {
  const change = (reader: MemoryReader, next: object, last: object) =>
    ask(nodeDeclaredFeatureValidator, { reader, on: "pods", operation: "UPDATE", object: pod(2, next), old: pod(1, last) });
  const init = (cpu: string, more: object = {}) => ({ initContainers: [{ name: "i", resources: { requests: { cpu } }, ...more }] });
  const memory = (sizeLimit: string) => ({ volumes: [{ name: "v", emptyDir: { medium: "Memory", sizeLimit } }] });
  const old = withNode({});
  const new_ = withNode({ status: { declaredFeatures: ["InPlacePodVerticalScalingInitContainers", "InPlacePodVerticalScalingMemoryBackedVolumes"] } });
  await change(old, init("2", { restartPolicy: "Always" }), init("1", { restartPolicy: "Always" }));
  await change(old, memory("1024Mi"), memory("1Gi"));
  await change(new_, { ...init("2"), ...memory("2Gi") }, { ...init("1"), ...memory("1Gi") });
  await assert.rejects(
    change(old, { ...init("2"), ...memory("2Gi") }, { ...init("1"), ...memory("1Gi") }),
    says(403, 'features InPlacePodVerticalScalingInitContainers, InPlacePodVerticalScalingMemoryBackedVolumes which are not available on node "n"'),
  );
  await assert.rejects(change(new_, { resources: { requests: { cpu: "1" } } }, {}), says(403, "InPlacePodLevelResourcesVerticalScaling"));
});

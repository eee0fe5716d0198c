/** The two faces of autoscalers: what one has no field for isn't lost. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler } from "../tables/autoscaling-v2.ts";
import { fromV2, toV2 } from "./convert.ts";
import { HorizontalPodAutoscalerV1 } from "./horizontal-pod-autoscaler-v1.ts";

const hpa: HorizontalPodAutoscaler = {
  metadata: { name: "h", annotations: { mine: "kept" } },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    minReplicas: 2,
    maxReplicas: 9,
    metrics: [
      { type: "Pods", pods: { metric: { name: "requests" }, target: { type: "AverageValue", averageValue: "10" } } },
      { type: "External", external: { metric: { name: "queue", selector: { matchLabels: { a: "b" } } }, target: { type: "Value", value: "3" } } },
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
    ],
    behavior: { scaleUp: { selectPolicy: "Max", policies: [{ type: "Pods", value: 4, periodSeconds: 15 }], tolerance: "100m" } },
  },
  status: {
    currentReplicas: 3,
    desiredReplicas: 4,
    currentMetrics: [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 90, averageValue: "450m" } } }],
    conditions: [{ type: "AbleToScale", status: "True", reason: "ReadyForNewScale" }],
  },
};

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("an autoscaler that is read in the older form and written back is what it was", () => {
  assert.deepEqual(plain(toV2(fromV2(hpa))), plain(hpa));
});

test("the older form has fields for the processor, and annotations for the rest", () => {
  const old = fromV2(hpa);
  assert.deepEqual([old.spec.targetCPUUtilizationPercentage, old.status?.currentCPUUtilizationPercentage], [70, 90]);
  assert.deepEqual(Object.keys(old.metadata.annotations ?? {}), [
    "mine",
    ...["metrics", "current-metrics", "behavior", "conditions"].map((name) => `autoscaling.alpha.kubernetes.io/${name}`),
  ]);
});

test("an annotation that can't be read says nothing", () => {
  const old = fromV2({ ...hpa, spec: { ...hpa.spec, metrics: [] } });
  old.metadata.annotations = { "autoscaling.alpha.kubernetes.io/metrics": "[1", "autoscaling.alpha.kubernetes.io/behavior": "[]" };
  const { metrics, behavior } = toV2(old).spec;
  assert.deepEqual([metrics?.[0]?.resource?.target.averageUtilization, behavior], [80, undefined]);
});

test("whoever writes the older form also says what stands in its annotations, and so owns them", () => {
  const old = fromV2({ ...hpa, status: { currentReplicas: 0, desiredReplicas: 1 } });
  old.status = { currentReplicas: 0, desiredReplicas: 1, currentCPUUtilizationPercentage: 7 };
  HorizontalPodAutoscalerV1.rules.defaults?.(old);
  const { annotations = {} } = old.metadata;
  assert.match(annotations["autoscaling.alpha.kubernetes.io/current-metrics"] ?? "", /"currentAverageUtilization":7/);
  assert.equal(annotations.mine, "kept");
});

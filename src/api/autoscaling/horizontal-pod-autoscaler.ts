/** HorizontalPodAutoscalers: so many pods as the load asks for. */

import type { FieldError } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { nonNegative } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type { HPAScalingRules, HorizontalPodAutoscaler as HpaType } from "../tables/autoscaling-v2.ts";
import { metricsCell } from "./metrics-cell.ts";
import { specErrors } from "./validate.ts";

const CPU_PERCENT = 80;

export const HorizontalPodAutoscaler = kind<HpaType>("autoscaling/v2", "horizontalpodautoscalers", {
  defaults({ spec }) {
    spec.minReplicas ??= 1;
    if (!spec.metrics?.length) {
      spec.metrics = [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: CPU_PERCENT } } }];
    }
    if (!spec.behavior) return;
    spec.behavior.scaleUp = withDefaults(spec.behavior.scaleUp, {
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [
        { type: "Pods", value: 4, periodSeconds: 15 },
        { type: "Percent", value: 100, periodSeconds: 15 },
      ],
    });
    // How long a lower load must last is the controller's to say.
    spec.behavior.scaleDown = withDefaults(spec.behavior.scaleDown, { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] });
  },
  generation: true,
  validateCreate: ({ spec }) => specErrors(spec, undefined),
  validateUpdate: (next, last) => specErrors(next.spec, last.spec),
  subresources: { status: { validateUpdate: statusErrors } },
  columns: [
    nameColumn,
    column("Reference", "string", "What is scaled.", ({ spec: { scaleTargetRef: target } }) => `${target.kind}/${target.name}`),
    column("Targets", "string", "What is measured, and what it shall be.", ({ spec, status }) => metricsCell(spec.metrics ?? [], status?.currentMetrics ?? [])),
    column("MinPods", "string", "The fewest pods.", ({ spec }) => (spec.minReplicas === undefined ? "<unset>" : String(spec.minReplicas))),
    column("MaxPods", "string", "The most pods.", ({ spec }) => spec.maxReplicas ?? 0),
    column("Replicas", "string", "How many pods there are.", ({ status }) => status?.currentReplicas ?? 0),
    ageColumn,
  ],
});

function withDefaults(rules: HPAScalingRules | undefined, defaults: HPAScalingRules): HPAScalingRules {
  return { ...defaults, ...rules };
}

function statusErrors({ status }: HpaType): FieldError[] {
  const { conditions = [], currentReplicas, desiredReplicas } = status ?? {};
  return [
    ...conditions.flatMap(({ observedGeneration }, i) => nonNegative(`status.conditions[${i}].observedGeneration`, observedGeneration)),
    ...nonNegative("status.currentReplicas", currentReplicas),
    ...nonNegative("status.desiredReplicas", desiredReplicas),
  ];
}

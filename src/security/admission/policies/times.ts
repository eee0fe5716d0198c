/** How long expressions take to compile and to evaluate. [k8s.io/apiserver pkg/admission/plugin/cel metrics] */

import { families, histogram } from "../../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../../machinery/metrics/registry.ts";

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const FAMILIES = {
  compiled: histogram("apiserver_cel_compilation_duration_seconds", "BETA", "How long expressions took to compile.", SECONDS),
  evaluated: histogram("apiserver_cel_evaluation_duration_seconds", "BETA", "How long expressions took to evaluate.", SECONDS),
};

export interface ExpressionTimes {
  /** @param expression an object that stands for it: it is compiled when it is first looked at */
  compiled(expression: object, seconds: number): void;
  evaluated(seconds: number): void;
}

export function expressionTimes(registry: MetricRegistry): ExpressionTimes {
  const made = families(registry, FAMILIES);
  const [compiled, evaluated] = [made.compiled.of(), made.evaluated.of()];
  const seen = new WeakSet<object>();
  return {
    compiled(expression, seconds) {
      if (seen.has(expression)) return;
      seen.add(expression);
      compiled.observe(seconds);
    },
    evaluated: (seconds) => evaluated.observe(seconds),
  };
}

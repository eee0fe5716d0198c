/** How long admission plug-ins take, by plug-in and by step. */

import { performance } from "node:perf_hooks";
import type { Family, MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Distribution } from "../../machinery/metrics/series.ts";

const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

export type AdmissionType = "admit" | "validate";

export class AdmissionMetrics {
  readonly #controllers: Family<Distribution>;
  readonly #steps: Family<Distribution>;
  readonly #known = new Map<string, Distribution>();

  constructor(registry: MetricRegistry) {
    this.#controllers = registry.histogram({
      name: "apiserver_admission_controller_admission_duration_seconds",
      help: "How long each admission plug-in took.",
      stability: "STABLE",
      labels: ["name", "operation", "rejected", "type"],
      buckets: SECONDS,
    });
    this.#steps = registry.histogram({
      name: "apiserver_admission_step_admission_duration_seconds",
      help: "How long all plug-ins of a step took together.",
      stability: "STABLE",
      labels: ["operation", "rejected", "type"],
      buckets: SECONDS,
    });
  }

  /** Runs plug-ins one after the other and notes how long each took, and all. What one throws is thrown, and counts as a rejection. */
  async run<T extends { readonly name: string }>(
    plugins: readonly T[],
    type: AdmissionType,
    operation: string,
    each: (plugin: T) => void | Promise<void>,
  ): Promise<void> {
    const began = performance.now();
    let last = began;
    let rejected = true;
    try {
      for (const plugin of plugins) {
        let failed = true;
        try {
          const pending = each(plugin);
          if (pending) await pending;
          failed = false;
        } finally {
          const now = performance.now();
          this.#seriesOf(plugin.name, operation, failed, type).observe((now - last) / 1000);
          last = now;
        }
      }
      rejected = false;
    } finally {
      this.#seriesOf("", operation, rejected, type).observe((performance.now() - began) / 1000);
    }
  }

  /** @param name of a plug-in; empty for the whole step */
  #seriesOf(name: string, operation: string, rejected: boolean, type: AdmissionType): Distribution {
    const key = `${name} ${operation} ${rejected} ${type}`;
    let series = this.#known.get(key);
    if (!series) {
      series = name ? this.#controllers.of(name, operation, String(rejected), type) : this.#steps.of(operation, String(rejected), type);
      this.#known.set(key, series);
    }
    return series;
  }
}

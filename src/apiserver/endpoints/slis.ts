/** `/metrics/slis`: what the health checks said, as series (KEP-3466). */

import { type FamilyCount, MetricRegistry, renderCounts } from "../../machinery/metrics/registry.ts";
import { countedTogether } from "../../machinery/metrics/together.ts";
import type { Counted } from "../instances/instance.ts";
import { answerHeaders } from "../respond/headers.ts";
import type { HealthPath } from "./health.ts";
import type { EndpointRow } from "./table.ts";

export class HealthSeries {
  readonly #registry = new MetricRegistry();
  readonly #state = this.#registry.gauge({
    name: "kubernetes_healthcheck",
    help: "What a health check said last: 1 is well.",
    stability: "STABLE",
    labels: ["name", "type"],
    across: "least",
  });
  readonly #total = this.#registry.counter({
    name: "kubernetes_healthchecks_total",
    help: "What health checks said, counted.",
    stability: "STABLE",
    labels: ["name", "status", "type"],
  });

  note(name: string, type: HealthPath, passed: boolean): void {
    this.#state.of(name, type).set(passed ? 1 : 0);
    this.#total.of(name, passed ? "success" : "error", type).add();
  }

  count(): FamilyCount[] {
    return this.#registry.count();
  }

  /** @param others what other instances of the process have counted */
  endpoint(others: () => Promise<readonly Counted[]>): EndpointRow {
    return {
      path: "/metrics/slis",
      methods: ["GET"],
      run: async (call) => {
        const all = (await others()).map(({ health }) => health);
        const text = renderCounts(countedTogether([this.count(), ...all]));
        call.exchange.answer(200, answerHeaders(call, "text/plain; version=0.0.4; charset=utf-8"), Buffer.from(text));
      },
    };
  }
}

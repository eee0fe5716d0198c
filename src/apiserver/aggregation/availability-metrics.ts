/** Which aggregated APIs can't be had, under the names that Kubernetes' alerts read. */

import type { APIService, APIServiceCondition } from "../../api/tables/apiregistration-v1.ts";
import type { Family, MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Value } from "../../machinery/metrics/series.ts";
import { availableCondition, type RemoteApi } from "./remote-apis.ts";

export class AvailabilityMetrics {
  readonly #unavailable: Family<Value>;
  readonly #lost: Family<Value>;

  /** @param all gives the APIServices that there are */
  constructor(registry: MetricRegistry, all: () => Iterable<APIService>) {
    this.#unavailable = registry.gauge({
      name: "aggregator_unavailable_apiservice",
      across: "largest",
      help: "Whether an APIService can't be had, by its name.",
      stability: "ALPHA",
      labels: ["name"],
    });
    this.#lost = registry.counter({
      name: "aggregator_unavailable_apiservice_total",
      across: "largest",
      help: "How often an APIService could no longer be had, by its name and the reason.",
      stability: "ALPHA",
      labels: ["name", "reason"],
    });
    registry.onCollect(() => {
      this.#unavailable.clear();
      for (const object of all()) this.#unavailable.of(object.metadata.name ?? "").set(availableCondition(object)?.status === "True" ? 0 : 1);
    });
  }

  /** Called with what was found before the object says so. */
  found({ name, available }: RemoteApi, { status, reason = "" }: Pick<APIServiceCondition, "status" | "reason">): void {
    if (available && status !== "True") this.#lost.of(name, reason).add(1);
  }
}

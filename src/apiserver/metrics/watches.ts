/** What watches are told, by kind. A watch finds its series once. */

import type { Kind } from "../../api/kind.ts";
import type { Family, MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Distribution, Value } from "../../machinery/metrics/series.ts";

const SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
const LIST_SECONDS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300];

export interface WatchSeries {
  readonly events: Value;
  readonly sizes: Distribution;
  /** Watches that were cut because their clients did not keep up. */
  readonly cut: Value;
  /** How long the initial events of a watch took, by its scope. */
  listed(scope: string): Distribution;
}

export class WatchMetrics {
  readonly #events: Family<Value>;
  readonly #sizes: Family<Distribution>;
  readonly #listed: Family<Distribution>;
  readonly #cut: Family<Value>;
  readonly #known = new WeakMap<Kind, WatchSeries>();

  constructor(registry: MetricRegistry) {
    const labels = ["group", "resource", "version"];
    this.#events = registry.counter({ name: "apiserver_watch_events_total", help: "Events that watches were told.", stability: "ALPHA", labels });
    this.#sizes = registry.histogram({ name: "apiserver_watch_events_sizes", help: "Bytes of events.", stability: "ALPHA", labels, buckets: SIZES });
    this.#cut = registry.counter({
      name: "apiserver_terminated_watchers_total",
      help: "Watches that were cut because their clients did not keep up.",
      stability: "ALPHA",
      labels: ["group", "resource"],
    });
    this.#listed = registry.histogram({
      name: "apiserver_watch_list_duration_seconds",
      help: "How long it took until a watch had told what there is.",
      stability: "ALPHA",
      labels: ["group", "resource", "scope", "version"],
      buckets: LIST_SECONDS,
    });
  }

  of(kind: Kind): WatchSeries {
    return this.#known.getOrInsertComputed(kind, ({ group, resource, version }) => ({
      events: this.#events.of(group, resource, version),
      sizes: this.#sizes.of(group, resource, version),
      cut: this.#cut.of(group, resource),
      listed: (scope) => this.#listed.of(group, resource, scope, version),
    }));
  }
}

/** What went through the watch caches, read when somebody asks. */

import { counter, families, histogram } from "../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { StoreCaches } from "../cache/caches.ts";
import type { ServedKinds } from "../kind-table.ts";

const BY_RESOURCE = ["group", "resource"];
const FILL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600];

const FAMILIES = {
  told: counter("apiserver_storage_events_received_total", "BETA", "Changes that the store told of.", BY_RESOURCE, "largest"),
  received: counter("apiserver_watch_cache_events_received_total", "ALPHA", "Changes that the watch cache took in.", BY_RESOURCE, "largest"),
  dispatched: counter("apiserver_watch_cache_events_dispatched_total", "ALPHA", "Changes that the watch cache offered to watches.", BY_RESOURCE),
  fills: counter("apiserver_watch_cache_initializations_total", "ALPHA", "How often the watch cache was filled.", BY_RESOURCE),
  filling: histogram("apiserver_watch_cache_initialization_duration_seconds", "ALPHA", "How long it took to fill the watch cache.", FILL_SECONDS, BY_RESOURCE),
};

export function collectCaches(registry: MetricRegistry, kinds: ServedKinds, caches: StoreCaches): void {
  const made = families(registry, FAMILIES);
  registry.onCollect(() => {
    for (const kind of kinds.all) {
      if (kind.rules.virtual || kind.rules.storedAs) continue;
      const { tally } = caches.stored(kind);
      const labels = [kind.group, kind.resource] as const;
      made.told.of(...labels).set(tally.received);
      made.received.of(...labels).set(tally.received);
      made.dispatched.of(...labels).set(tally.dispatched);
      made.fills.of(...labels).set(tally.fills);
      for (const seconds of tally.fillSeconds.splice(0)) made.filling.of(...labels).observe(seconds);
    }
  });
}

/** What is read when somebody asks, and not counted before: objects, caches, connections, the program itself. */

import { statSync } from "node:fs";
import type { Clock } from "../../machinery/clock.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { StoreCaches } from "../cache/caches.ts";
import type { Turns } from "../call.ts";
import { VERSION } from "../endpoints/version.ts";
import type { ServedKinds } from "../kind-table.ts";
import type { Watchdog } from "../watchdog.ts";
import { labelsOf } from "./request-labels.ts";

const SAMPLE = 16;

export interface CollectedOptions {
  readonly registry: MetricRegistry;
  readonly kinds: ServedKinds;
  readonly caches: StoreCaches;
  readonly turns: Turns;
  readonly watchdog: Pick<Watchdog, "stalls">;
  readonly clock: Clock;
  /** The store's file, where there is one. */
  readonly storeFile?: string | undefined;
}

export function collectServer({ registry, kinds, caches, turns, watchdog, storeFile }: CollectedOptions): void {
  const byResource = ["group", "resource"];
  const inFlight = registry.gauge({
    name: "apiserver_current_inflight_requests",
    help: "Requests at work, the most of the last second.",
    stability: "STABLE",
    labels: ["request_kind"],
  });
  const inQueue = registry.gauge({
    name: "apiserver_current_inqueue_requests",
    help: "Requests that wait for their turn.",
    stability: "ALPHA",
    labels: ["request_kind"],
  });
  const objects = registry.gauge({
    name: "apiserver_resource_objects",
    across: "largest",
    help: "Objects that there are.",
    stability: "ALPHA",
    labels: byResource,
  });
  const sizes = registry.gauge({
    name: "apiserver_resource_size_estimate_bytes",
    across: "largest",
    help: "Bytes of a resource's objects, from a sample.",
    stability: "ALPHA",
    labels: byResource,
  });
  const former = registry.gauge({
    name: "apiserver_storage_objects",
    across: "largest",
    help: "Objects that there are, under the name of before v1.34.",
    stability: "STABLE",
    labels: ["resource"],
  });
  const revision = registry.gauge({
    name: "apiserver_watch_cache_resource_version",
    across: "largest",
    help: "How far the watch cache has read.",
    stability: "ALPHA",
    labels: byResource,
  });
  const longRunning = registry.gauge({
    name: "apiserver_longrunning_requests",
    help: "Requests that last as long as their client likes.",
    stability: "STABLE",
    labels: ["component", "group", "resource", "scope", "subresource", "verb", "version"],
  });
  const watchers = registry.gauge({ name: "rampart_watch_cache_watchers", help: "Watches of a resource.", labels: byResource });
  const stalls = registry.counter({ name: "rampart_event_loop_stalls_total", help: "Turns of the event loop that computed for too long." }).of();
  const size = registry.gauge({
    name: "apiserver_storage_size_bytes",
    across: "largest",
    help: "Bytes of the store's file.",
    stability: "STABLE",
    labels: ["storage_cluster_id"],
  });
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = VERSION;
  registry
    .gauge({
      name: "kubernetes_build_info",
      across: "largest",
      help: "Always 1; its labels say which program this is.",
      stability: "ALPHA",
      labels: ["build_date", "compiler", "git_commit", "git_tree_state", "git_version", "go_version", "major", "minor", "platform"],
    })
    .of(buildDate, compiler, gitCommit, gitTreeState, gitVersion, goVersion, major, minor, platform)
    .set(1);
  registry.onCollect(() => {
    const { mutating, readOnly } = turns.peaks();
    inFlight.of("mutating").set(mutating);
    inFlight.of("readOnly").set(readOnly);
    longRunning.clear();
    for (const call of turns.longRunning) {
      const { component, group, resource, scope, subresource, verb, version } = labelsOf(call);
      longRunning.of(component, group, resource, scope, subresource, verb, version).add();
    }
    const waiting = turns.waiting();
    inQueue.of("mutating").set(waiting.mutating);
    inQueue.of("readOnly").set(waiting.readOnly);
    stalls.set(watchdog.stalls);
    if (storeFile !== undefined) size.of("sqlite-0").set(statSync(storeFile, { throwIfNoEntry: false })?.size ?? 0);
    for (const kind of kinds.all) {
      if (kind.rules.virtual || kind.rules.storedAs) continue;
      const cache = caches.stored(kind);
      if (!cache.filled) continue;
      const { group, resource } = kind;
      const count = cache.count(undefined);
      objects.of(group, resource).set(count);
      former.of(group ? `${resource}.${group}` : resource).set(count);
      sizes.of(group, resource).set(Math.round(count * cache.averageBytes(SAMPLE)));
      revision.of(group, resource).set(cache.revision);
      watchers.of(group, resource).set(cache.subscribers);
    }
  });
}

/** How often and how fast the store is asked: under the names that Kubernetes gives to its questions to etcd, since dashboards look there. */

import { performance } from "node:perf_hooks";
import { counter, families, histogram } from "../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Store, Transaction } from "../../storage/store.ts";
import { ROOT } from "../cache/keys.ts";

const SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const LABELS = ["group", "operation", "resource"];

/** As the label says there: lists that caches answer aren't counted. */
const STORAGE = "etcd";

const LISTS = {
  total: counter("apiserver_storage_list_total", "ALPHA", "Lists that were read from the store.", ["group", "index", "resource", "storage"]),
  fetched: counter("apiserver_storage_list_fetched_objects_total", "ALPHA", "Objects that lists read from the store.", [
    "group",
    "index",
    "resource",
    "storage",
  ]),
  evaluated: counter("apiserver_storage_list_evaluated_objects_total", "ALPHA", "Objects of such lists that were looked at.", ["group", "resource", "storage"]),
  returned: counter("apiserver_storage_list_returned_objects_total", "ALPHA", "Objects that such lists gave.", ["group", "resource", "storage"]),
  duration: histogram("apiserver_storage_list_duration_seconds", "ALPHA", "How long such lists took.", SECONDS, ["group", "resource", "streamed"]),
};

/** @returns the same store, counted */
export function measuredStore(store: Store, registry: MetricRegistry): Store {
  const lists = families(registry, LISTS);
  const duration = registry.histogram({
    name: "etcd_request_duration_seconds",
    help: "How long questions to the store took.",
    stability: "ALPHA",
    labels: LABELS,
    buckets: SECONDS,
  });
  const total = registry.counter({ name: "etcd_requests_total", help: "Questions to the store.", stability: "ALPHA", labels: LABELS });
  const errors = registry.counter({
    name: "etcd_request_errors_total",
    help: "Questions that the store could not answer.",
    stability: "ALPHA",
    labels: LABELS,
  });
  const seriesOf = new Map<string, { readonly note: (seconds: number) => void; readonly fail: () => void }>();

  async function measured<T>(operation: string, key: string, asked: () => Promise<T>): Promise<T> {
    const where = placeOf(key);
    const name = `${operation} ${where}`;
    let series = seriesOf.get(name);
    if (!series) {
      const [group = "", resource = ""] = where.split("/");
      const labels = [group, operation, resource];
      const [seconds, count] = [duration.of(...labels), total.of(...labels)];
      series = {
        note(elapsed) {
          seconds.observe(elapsed);
          count.add();
        },
        fail: () => errors.of(...labels).add(),
      };
      seriesOf.set(name, series);
    }
    const began = performance.now();
    try {
      return await asked();
    } catch (error) {
      series.fail();
      throw error;
    } finally {
      series.note((performance.now() - began) / 1000);
    }
  }

  const { revisionNow } = store;
  return {
    revision: () => store.revision(),
    ...(revisionNow && { revisionNow: () => revisionNow.call(store) }),
    get: (key) => measured("get", key, () => store.get(key)),
    async list(options) {
      const began = performance.now();
      const listing = await measured("list", options.prefix, () => store.list(options));
      const [group = "", resource = ""] = placeOf(options.prefix).split("/");
      const count = listing.entries.length;
      lists.total.of(group, "", resource, STORAGE).add();
      lists.fetched.of(group, "", resource, STORAGE).add(count);
      lists.evaluated.of(group, resource, STORAGE).add(count);
      lists.returned.of(group, resource, STORAGE).add(count);
      lists.duration.of(group, resource, "false").observe((performance.now() - began) / 1000);
      return listing;
    },
    txn(txn) {
      const [change] = txn.then;
      if (!change) return store.txn(txn);
      const key = "put" in change ? change.put : change.delete;
      return measured(operationOf(txn, key, "put" in change), key, () => store.txn(txn));
    },
    watch: (options) => store.watch(options),
    compact: (revision) => store.compact(revision),
    close: () => store.close(),
  };
}

function operationOf({ if: conditions }: Transaction, key: string, puts: boolean): string {
  if (!puts) return "delete";
  return conditions.some((one) => one.key === key && one.modified === 0) ? "create" : "update";
}

/** @returns `GROUP/RESOURCE` of a key; `/` of one that isn't an object's */
function placeOf(key: string): string {
  if (!key.startsWith(ROOT)) return "/";
  const slash = key.indexOf("/", ROOT.length);
  const end = key.indexOf("/", slash + 1);
  const group = key.slice(ROOT.length, slash);
  return `${group === "core" ? "" : group}/${key.slice(slash + 1, end === -1 ? undefined : end)}`;
}

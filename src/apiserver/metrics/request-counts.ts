/**
 * Counts requests by what they asked and how they ended: `apiserver_request_total` and `apiserver_request_duration_seconds`, as Kubernetes names and labels them.
 * Kept in plain arrays, because it is on the path of every request; the text is made when somebody asks. All labels come from closed sets: an unknown path counts as none.
 */

import type { Kind } from "../../api/kind.ts";
import type { Call, RequestMetrics } from "../call.ts";

const BUCKETS_SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const VERBS: ReadonlyMap<string, string> = new Map([
  ["get", "GET"],
  ["list", "LIST"],
  ["watch", "WATCH"],
  ["create", "POST"],
  ["update", "PUT"],
  ["patch", "PATCH"],
  ["delete", "DELETE"],
  ["deletecollection", "DELETECOLLECTION"],
]);
const CONNECTS: ReadonlySet<string> = new Set(["attach", "exec", "portforward", "proxy"]);

interface Series {
  readonly labels: string;
  readonly codes: Map<number, number>;
  readonly buckets: number[];
  sumSeconds: number;
  count: number;
}

export class RequestCounts implements RequestMetrics {
  readonly #series = new Map<string, Series>();

  observe(call: Call, durationMs: number): void {
    const key = keyOf(call);
    let series = this.#series.get(key);
    if (!series) {
      series = { labels: labelsOf(call), codes: new Map(), buckets: new Array<number>(BUCKETS_SECONDS.length + 1).fill(0), sumSeconds: 0, count: 0 };
      this.#series.set(key, series);
    }
    const { code } = call.exchange;
    series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
    if (call.attributes.verb === "watch") return; // How long a client watches says nothing about the server.
    const seconds = durationMs / 1000;
    let bucket = 0;
    while (bucket < BUCKETS_SECONDS.length && seconds > BUCKETS_SECONDS[bucket]!) bucket++;
    series.buckets[bucket]!++;
    series.sumSeconds += seconds;
    series.count++;
  }

  /** @returns both families in Prometheus' text form */
  render(): string {
    const total = ["# HELP apiserver_request_total [STABLE] Requests by verb, resource and code.", "# TYPE apiserver_request_total counter"];
    const duration = [
      "# HELP apiserver_request_duration_seconds [STABLE] How long answers took, by verb and resource.",
      "# TYPE apiserver_request_duration_seconds histogram",
    ];
    for (const { labels, codes, buckets, sumSeconds, count } of this.#series.values()) {
      for (const [code, requests] of codes) total.push(`apiserver_request_total{code="${code}",${labels}} ${requests}`);
      if (count === 0) continue;
      let below = 0;
      BUCKETS_SECONDS.forEach((edge, index) => {
        below += buckets[index]!;
        duration.push(`apiserver_request_duration_seconds_bucket{${labels},le="${edge}"} ${below}`);
      });
      duration.push(
        `apiserver_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`,
        `apiserver_request_duration_seconds_sum{${labels}} ${sumSeconds}`,
        `apiserver_request_duration_seconds_count{${labels}} ${count}`,
      );
    }
    return `${[...total, ...duration].join("\n")}\n`;
  }
}

function keyOf({ kind, attributes }: Call): string {
  if (!kind) return attributes.isResource ? "?" : "";
  return `${attributes.verb} ${kind.apiVersion} ${kind.resource} ${subresourceOf(kind, attributes.subresource)} ${scopeOf(attributes)}`;
}

function subresourceOf(kind: Kind, subresource: string): string {
  return subresource === "" || kind.table.subresources.some((one) => one.name === subresource) ? subresource : "?";
}

function labelsOf(call: Call): string {
  const { kind, attributes } = call;
  const verb = CONNECTS.has(attributes.subresource) ? "CONNECT" : kind ? (VERBS.get(attributes.verb) ?? "OTHER") : "OTHER";
  const group = kind?.group ?? "";
  const version = kind?.version ?? "";
  const subresource = kind ? subresourceOf(kind, attributes.subresource) : "";
  const scope = kind ? scopeOf(attributes) : "";
  return `component="apiserver",dry_run="",group="${group}",resource="${kind?.resource ?? ""}",scope="${scope}",subresource="${subresource}",verb="${verb}",version="${version}"`;
}

function scopeOf({ name, namespace }: Call["attributes"]): string {
  if (name !== "") return "resource";
  return namespace === "" ? "cluster" : "namespace";
}

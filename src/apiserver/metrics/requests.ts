/** What is counted of each request: how many, how long, how large, and how they ended. It is on the path of every request: series are found without making a string. */

import type { Kind } from "../../api/kind.ts";
import { counter, type Families, families, gauge, histogram } from "../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Distribution, Value } from "../../machinery/metrics/series.ts";
import type { Call, RequestMetrics } from "../call.ts";
import { deprecation } from "../registry/traits.ts";
import { AdmissionMetrics } from "./admission.ts";
import { isApply, kindOf, labelsOf, REQUEST_LABELS, type RequestLabels, scopeIndex } from "./request-labels.ts";
import { WatchMetrics } from "./watches.ts";

const SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const SLI_SECONDS = SECONDS.slice(2);
const SIZES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const BODY_SIZES = Array.from({ length: 31 }, (_, i) => 50_000 + i * 100_000);
const VALIDATION_SECONDS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const VALIDATIONS: ReadonlySet<string> = new Set(["", "Ignore", "Warn", "Strict"]);
const WITHOUT_DRY_RUN = REQUEST_LABELS.filter((label) => label !== "dry_run");

const FAMILIES = {
  total: counter("apiserver_request_total", "STABLE", "Requests by what they asked and how they ended.", ["code", ...REQUEST_LABELS]),
  duration: histogram("apiserver_request_duration_seconds", "STABLE", "How long answers took.", SECONDS, REQUEST_LABELS),
  sli: histogram(
    "apiserver_request_sli_duration_seconds",
    "ALPHA",
    "How long answers took, without the time that requests waited for their turn.",
    SLI_SECONDS,
    WITHOUT_DRY_RUN,
  ),
  sizes: histogram("apiserver_response_sizes", "STABLE", "Bytes of answers.", SIZES, WITHOUT_DRY_RUN),
  bodies: histogram("apiserver_request_body_size_bytes", "ALPHA", "Bytes of requests' bodies.", BODY_SIZES, ["group", "resource", "verb"]),
  terminations: counter("apiserver_request_terminations_total", "ALPHA", "Requests that the server ended in its own defence.", ["code", ...WITHOUT_DRY_RUN]),
  deprecated: gauge(
    "apiserver_requested_deprecated_apis",
    "STABLE",
    "Deprecated resources that were asked for since the start.",
    ["group", "removed_release", "resource", "subresource", "version"],
    "largest",
  ),
  validated: histogram(
    "field_validation_request_duration_seconds",
    "ALPHA",
    "How long writes took, by what they asked to be done about unknown fields.",
    VALIDATION_SECONDS,
    ["field_validation"],
  ),
  self: counter("apiserver_selfrequest_total", "ALPHA", "Requests that the server made of itself.", ["group", "resource", "subresource", "verb"]),
};

/** What requests of one sort count in. */
interface Series {
  readonly byCode: Map<number, Value>;
  readonly duration: Distribution;
  readonly sli: Distribution;
  readonly sizes: Distribution;
  readonly bodies: Distribution | undefined;
  readonly labels: readonly string[];
}

/** Of a kind: by verb, then by scope. */
type ByVerb = Map<string, (Series | undefined)[]>;

export class RequestBook implements RequestMetrics {
  readonly watches: WatchMetrics;
  readonly admission: AdmissionMetrics;
  readonly #families: Families<typeof FAMILIES>;
  readonly #byValidation = new Map<string, Distribution>();
  readonly #plain = new WeakMap<Kind, ByVerb>();
  readonly #other = new Map<string, Series>();

  constructor(registry: MetricRegistry) {
    this.watches = new WatchMetrics(registry);
    this.admission = new AdmissionMetrics(registry);
    this.#families = families(registry, FAMILIES);
  }

  observe(call: Call, durationMs: number): void {
    const series = this.#seriesOf(call);
    const { code, sentBytes = 0 } = call.exchange;
    let count = series.byCode.get(code);
    if (!count) {
      count = this.#families.total.of(String(code), ...series.labels);
      series.byCode.set(code, count);
    }
    count.value++;
    if (code === 429 || code === 504) this.#families.terminations.of(String(code), ...withoutDryRun(series.labels)).add();
    if (call.user.via === "loopback") this.#countSelf(call);
    if (call.attributes.verb === "watch") return; // How long a client watches says nothing about the server.
    series.duration.observe(durationMs / 1000);
    series.sli.observe(Math.max(0, durationMs - waitedMs(call)) / 1000);
    if (sentBytes > 0) series.sizes.observe(sentBytes);
    if (series.bodies) {
      const asked = call.query.size === 0 ? "" : (call.query.get("fieldValidation") ?? "");
      if (VALIDATIONS.has(asked)) this.#validated(asked).observe(durationMs / 1000);
      const declared = call.exchange.headers["content-length"];
      if (declared !== undefined) series.bodies.observe(Number(declared) || 0);
    }
  }

  #validated(asked: string): Distribution {
    return this.#byValidation.getOrInsertComputed(asked, () => this.#families.validated.of(asked));
  }

  #seriesOf(call: Call): Series {
    const { attributes, query } = call;
    const kind = kindOf(call);
    if (!kind || attributes.subresource !== "" || query.has("dryRun") || (attributes.verb === "patch" && isApply(call.exchange.headers["content-type"])))
      return this.#unusual(call);
    const byVerb = this.#plain.getOrInsertComputed(kind, () => new Map());
    const scopes = byVerb.getOrInsertComputed(attributes.verb, () => []);
    const scope = scopeIndex(attributes);
    const known = scopes[scope];
    if (known) return known;
    const made = this.#make(call, labelsOf(call));
    scopes[scope] = made;
    return made;
  }

  #unusual(call: Call): Series {
    const labels = labelsOf(call);
    const dryRun = call.query.has("dryRun");
    const key = `${labels.verb} ${labels.group}/${labels.version}/${labels.resource}/${labels.subresource} ${labels.scope} ${dryRun}`;
    return this.#other.getOrInsertComputed(key, () => this.#make(call, labels));
  }

  #make(call: Call, labels: RequestLabels): Series {
    const { component, group, resource, scope, subresource, verb, version } = labels;
    const values = [component, call.query.has("dryRun") ? "All" : "", group, resource, scope, subresource, verb, version];
    const without = withoutDryRun(values);
    if (call.kind && deprecation(call.kind)) this.#families.deprecated.of(group, "", resource, subresource, version).set(1);
    const writes = call.kind && ["create", "update", "patch", "delete", "deletecollection"].includes(call.attributes.verb);
    return {
      byCode: new Map(),
      duration: this.#families.duration.of(...values),
      sli: this.#families.sli.of(...without),
      sizes: this.#families.sizes.of(...without),
      bodies: writes ? this.#families.bodies.of(group, resource, call.attributes.verb) : undefined,
      labels: values,
    };
  }

  #countSelf(call: Call): void {
    const { group, resource, subresource, verb } = labelsOf(call);
    this.#families.self.of(group, resource, subresource, verb).add();
  }
}

function withoutDryRun(values: readonly string[]): string[] {
  return values.toSpliced(1, 1);
}

/** How long the request waited for its turn. */
function waitedMs({ turn }: Call): number {
  const ticket = turn?.ticket;
  return ticket && ticket.startedAt > ticket.arrivedAt ? ticket.startedAt - ticket.arrivedAt : 0;
}

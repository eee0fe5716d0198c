/** Families of metrics by name, and their text in Prometheus' exposition format (version 0.0.4). */

import { Distribution, Value } from "./series.ts";

export type MetricType = "counter" | "gauge" | "histogram";
/** What Kubernetes promises of a metric; HELP begins with it. */
export type Stability = "ALPHA" | "BETA" | "STABLE";

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  /** None for metrics that Kubernetes doesn't have. */
  readonly stability?: Stability;
  /** Names of the labels, in the order in which `of` takes their values. */
  readonly labels?: readonly string[];
  /** What is shown where several servers count as one: the sum where absent. */
  readonly across?: "largest" | "least";
}

/** What a family has counted, as it goes between threads. */
export interface FamilyCount {
  readonly options: MetricOptions | HistogramOptions;
  readonly type: MetricType;
  readonly series: readonly (readonly [labels: string, series: Count])[];
}

/** A value, or a distribution without its methods. */
export type Count = number | Pick<Distribution, "edges" | "counts" | "sum" | "count">;

export interface HistogramOptions extends MetricOptions {
  readonly buckets: readonly number[];
}

/** A family holds so many series: label values come from what clients ask, and memory mustn't. */
const SERIES_MAX = 20_000;

/** The series of one name. A hot path asks for its series once and keeps it. */
export class Family<T extends Value | Distribution> {
  readonly options: MetricOptions;
  readonly type: MetricType;
  readonly #make: () => T;
  readonly #series = new Map<string, T>();
  /** What is counted beyond the limit, and not shown. */
  #rest: T | undefined;

  constructor(options: MetricOptions, type: MetricType, make: () => T) {
    this.options = options;
    this.type = type;
    this.#make = make;
  }

  /** @param values one a label, in their order. @returns the series, the same for the same values */
  of(...values: readonly string[]): T {
    const key = values.length === 0 ? "" : this.#labels(values);
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= SERIES_MAX) {
      this.#rest ??= this.#make();
      return this.#rest;
    }
    const made = this.#make();
    this.#series.set(key, made);
    return made;
  }

  /** Forgets all series: for what is counted anew whenever somebody asks. */
  clear(): void {
    this.#series.clear();
  }

  count(): FamilyCount {
    const series = [...this.#series].map(([labels, one]): [string, Count] => [labels, one instanceof Distribution ? { ...one } : one.value]);
    return { options: this.options, type: this.type, series };
  }

  #labels(values: readonly string[]): string {
    const { labels = [] } = this.options;
    return labels.map((label, i) => `${label}="${escaped(values[i] ?? "")}"`).join(",");
  }
}

/** @returns the lines of the family; none while it has no series */
function rendered({ options, type, series }: FamilyCount): string {
  const { name } = options;
  const lines = [`# HELP ${name} ${helpOf(options)}`, `# TYPE ${name} ${type}`];
  for (const [labels, one] of series) {
    if (typeof one === "number") lines.push(`${name}${labels && `{${labels}}`} ${numeral(one)}`);
    else if (one.count > 0) renderDistribution(lines, name, labels, one); // Made ahead by whoever counts fast: nothing was seen yet.
  }
  return lines.length > 2 ? `${lines.join("\n")}\n` : "";
}

export function helpOf({ help, stability }: MetricOptions): string {
  return stability ? `[${stability}] ${help}` : help;
}

/** @returns families as text, in the order of their names */
export function renderCounts(families: readonly FamilyCount[]): string {
  return families
    .toSorted((a, b) => (a.options.name < b.options.name ? -1 : 1))
    .map(rendered)
    .join("");
}

function renderDistribution(lines: string[], name: string, labels: string, { edges, counts, sum, count }: Exclude<Count, number>): void {
  const before = labels && `${labels},`;
  let below = 0;
  for (let i = 0; i < edges.length; i++) {
    below += counts[i]!;
    lines.push(`${name}_bucket{${before}le="${numeral(edges[i]!)}"} ${below}`);
  }
  const own = labels && `{${labels}}`;
  lines.push(`${name}_bucket{${before}le="+Inf"} ${count}`, `${name}_sum${own} ${numeral(sum)}`, `${name}_count${own} ${count}`);
}

export function escaped(value: string): string {
  return /["\\\n]/.test(value) ? value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n") : value;
}

export function numeral(value: number): string {
  return value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

export class MetricRegistry {
  readonly #families = new Map<string, Family<Value> | Family<Distribution>>();
  readonly #collectors: (() => void)[] = [];

  counter(options: MetricOptions): Family<Value> {
    return this.#add(new Family(options, "counter", () => new Value()));
  }

  gauge(options: MetricOptions): Family<Value> {
    return this.#add(new Family(options, "gauge", () => new Value()));
  }

  histogram(options: HistogramOptions): Family<Distribution> {
    return this.#add(new Family(options, "histogram", () => new Distribution(options.buckets)));
  }

  /** Calls back before each rendering: for values that are read and not counted. */
  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** @returns what all families have counted */
  count(): FamilyCount[] {
    for (const collect of this.#collectors) collect();
    return [...this.#families.values()].map((family) => family.count());
  }

  render(): string {
    return renderCounts(this.count());
  }

  /** How many families there are, by what is promised of them. */
  countByStability(): ReadonlyMap<Stability | undefined, number> {
    const counts = new Map<Stability | undefined, number>();
    for (const { options } of this.#families.values()) counts.set(options.stability, (counts.get(options.stability) ?? 0) + 1);
    return counts;
  }

  #add<T extends Value | Distribution>(family: Family<T>): Family<T> {
    const { name } = family.options;
    if (this.#families.has(name)) throw new Error(`Cannot register the metric ${name} twice`);
    this.#families.set(name, family as unknown as Family<Value>); // The map only counts, which is the same for all.
    return family;
  }
}

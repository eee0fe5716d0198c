/** What the process and its threads are made of: memory, processor, event loops, garbage. */

import { collectDefaultMetrics, Registry } from "prom-client";
import { type Count, escaped, type FamilyCount } from "../../machinery/metrics/registry.ts";
import type { Instance, ProcessMetric } from "../instances/instance.ts";

/** What begins so is a thread's own, and told of each; all else is the process' and told once. */
const OF_THREAD = "nodejs_";
const THREAD = "thread";

/** @returns what is asked at each scrape */
export function processMetrics({ index, count }: Instance): () => Promise<readonly ProcessMetric[]> {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return async () => {
    const all: readonly ProcessMetric[] = await register.getMetricsAsJSON();
    if (count === 1) return all;
    const ofThread = all.filter(({ name }) => name.startsWith(OF_THREAD) && name !== "nodejs_version_info");
    const labelled = ofThread.map((one) => ({ ...one, values: one.values.map((value) => ({ ...value, labels: { ...value.labels, [THREAD]: index } })) }));
    return index === 0 ? [...all.filter((one) => !ofThread.includes(one)), ...labelled] : labelled;
  };
}

/** @returns the metrics of all instances as other families are counted: their labels keep them apart */
export function countedProcess(all: readonly (readonly ProcessMetric[])[]): FamilyCount[] {
  const families = Map.groupBy(all.flat(), ({ name }) => name);
  return [...families].flatMap(([name, same]): FamilyCount[] => {
    const type = String(same[0]!.type); // An enumeration of the library's, whose values are these words.
    const { help } = same[0]!;
    const values = same.flatMap((one) => one.values);
    if (type === "histogram") return [{ options: { name, help }, type, series: distributions(name, values) }];
    return type === "counter" || type === "gauge"
      ? [{ options: { name, help }, type, series: values.map(({ labels, value }): [string, Count] => [labelText(labels), value]) }]
      : [];
  });
}

type Line = ProcessMetric["values"][number];

function labelText(labels: Line["labels"]): string {
  return Object.entries(labels)
    .filter(([name]) => name !== "le")
    .map(([name, of]) => `${name}="${escaped(String(of))}"`)
    .join(",");
}

/** A histogram comes line by line, in buckets that add up. */
function distributions(name: string, lines: readonly Line[]): [string, Count][] {
  const found = new Map<string, { edges: number[]; below: number[]; sum: number; count: number }>();
  for (const { labels, value, metricName } of lines) {
    const one = found.getOrInsertComputed(labelText(labels), () => ({ edges: [], below: [], sum: 0, count: 0 }));
    if (metricName === `${name}_sum`) one.sum = value;
    else if (metricName === `${name}_count`) one.count = value;
    else if (labels.le !== "+Inf") {
      one.edges.push(Number(labels.le));
      one.below.push(value);
    }
  }
  return [...found].map(([labels, { edges, below, sum, count }]) => {
    const counts = [...below.map((value, i) => value - (below[i - 1] ?? 0)), count - (below.at(-1) ?? 0)];
    return [labels, { edges, counts, sum, count }];
  });
}

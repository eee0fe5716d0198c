/** What the process and its threads are made of: memory, processor, event loops, garbage. */

import { collectDefaultMetrics, Registry } from "prom-client";
import { escaped, numeral } from "../../machinery/metrics/registry.ts";
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

/** @returns the metrics of all instances as text: their labels keep them apart */
export function processMetricsText(all: readonly (readonly ProcessMetric[])[]): string {
  const families = Map.groupBy(all.flat(), ({ name }) => name);
  return [...families.values()].map((same) => familyText(same)).join("");
}

/** @param same the family of each instance; there is one at least */
function familyText(same: readonly ProcessMetric[]): string {
  const { name, help, type } = same[0]!;
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  for (const { values } of same)
    for (const { metricName = name, labels, value } of values) {
      const shown = Object.entries(labels).map(([label, of]) => `${label}="${escaped(String(of))}"`);
      lines.push(`${metricName}${shown.length > 0 ? `{${shown}}` : ""} ${numeral(value)}`);
    }
  return `${lines.join("\n")}\n`;
}

/** What several servers have counted that count as one. */

import type { Count, FamilyCount, MetricOptions } from "./registry.ts";

/** @returns each family once: values and distributions added up, or the largest of what is the same everywhere */
export function countedTogether(all: readonly (readonly FamilyCount[])[]): FamilyCount[] {
  const families = new Map<string, { family: FamilyCount; series: Map<string, Count> }>();
  for (const family of all.flat()) {
    const { name, across } = family.options;
    const { series } = families.getOrInsertComputed(name, () => ({ family, series: new Map() }));
    for (const [labels, one] of family.series) {
      const other = series.get(labels);
      series.set(labels, other === undefined ? one : added(other, one, across));
    }
  }
  return [...families.values()].map(({ family, series }) => ({ ...family, series: [...series] }));
}

function added(a: Count, b: Count, across: MetricOptions["across"]): Count {
  if (typeof a === "number" || typeof b === "number") {
    const [one, other] = [Number(a), Number(b)];
    return across === "largest" ? Math.max(one, other) : across === "least" ? Math.min(one, other) : one + other;
  }
  const counts = a.counts.map((count, i) => count + b.counts[i]!);
  return { edges: a.edges, counts, sum: a.sum + b.sum, count: a.count + b.count };
}

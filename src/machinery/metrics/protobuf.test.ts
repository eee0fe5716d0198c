/** The bytes of the protobuf form, as Prometheus' own schema has them: written out by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, families, histogram } from "./declare.ts";
import { delimitedFamilies } from "./protobuf.ts";
import { MetricRegistry } from "./registry.ts";

const double = (value: number): number[] => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return [...bytes];
};
const text = (tag: number, value: string): number[] => [tag * 8 + 2, value.length, ...Buffer.from(value)];
const message = (tag: number, ...parts: number[][]): number[] => [tag * 8 + 2, parts.flat().length, ...parts.flat()];

test("families are written with their lengths: names, types, labels, values and buckets that add up", () => {
  const registry = new MetricRegistry();
  const made = families(
    registry,
    {
      hits: counter("hits_total", "STABLE", "Hits.", ["code"]),
      silent: counter("silent_total", undefined, "None."),
      took: histogram("took", undefined, "Time.", [1, 2]),
    },
    "my_",
  );
  made.hits.of("200").add(3);
  for (const value of [0.5, 1.5, 1.5, 9]) made.took.of().observe(value);
  const hits = [
    ...text(1, "my_hits_total"),
    ...text(2, "[STABLE] Hits."),
    3 * 8,
    0,
    ...message(4, message(1, text(1, "code"), text(2, "200")), message(3, [9, ...double(3)])),
  ];
  const bucket = (upTo: number, edge: number): number[] => message(3, [8, upTo], [17, ...double(edge)]);
  const took = [...text(1, "my_took"), ...text(2, "Time."), 3 * 8, 4, ...message(4, message(7, [8, 4], [17, ...double(12.5)], bucket(1, 1), bucket(3, 2)))];
  assert.deepEqual([...delimitedFamilies(registry.count())], [hits.length, ...hits, took.length, ...took]);
  assert.match(registry.render(), /^my_hits_total\{code="200"\} 3$/m);
});

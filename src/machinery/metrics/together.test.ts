import assert from "node:assert/strict";
import { test } from "node:test";
import { MetricRegistry, renderCounts } from "./registry.ts";
import { countedTogether } from "./together.ts";

test("what several count is added up, and what all of them say is said once", () => {
  const registries = [2, 3].map((amount) => {
    const registry = new MetricRegistry();
    registry
      .counter({ name: "a_total", help: "A.", labels: ["of"] })
      .of("both")
      .add(amount);
    registry
      .counter({ name: "b_total", help: "B.", labels: ["of"] })
      .of(`only ${amount}`)
      .add(amount);
    registry.gauge({ name: "c", help: "C.", across: "largest" }).of().set(7);
    registry
      .histogram({ name: "d", help: "D.", buckets: [1, 2] })
      .of()
      .observe(amount - 1);
    registry.histogram({ name: "e", help: "E.", buckets: [1] }).of();
    return registry;
  });
  const crossed = structuredClone(registries.map((registry) => registry.count()));
  const lines = renderCounts(countedTogether(crossed)).split("\n");
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("#") && line),
    [
      'a_total{of="both"} 5',
      'b_total{of="only 2"} 2',
      'b_total{of="only 3"} 3',
      "c 7",
      'd_bucket{le="1"} 1',
      'd_bucket{le="2"} 2',
      'd_bucket{le="+Inf"} 2',
      "d_sum 3",
      "d_count 2",
    ],
  );
});

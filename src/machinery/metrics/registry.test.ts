/** What a Prometheus server reads. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MetricRegistry } from "./registry.ts";
import { TimedDistribution } from "./series.ts";

test("families are rendered by name, with their help, type and labels", () => {
  const registry = new MetricRegistry();
  const requests = registry.counter({ name: "requests_total", help: "Requests.", stability: "STABLE", labels: ["verb", "code"] });
  requests.of("GET", "200").add();
  requests.of("GET", "200").add(2);
  requests.of('a"b\\c\n', "500").add();
  registry.gauge({ name: "depth", help: "Depth." }).of().set(4);
  assert.equal(
    registry.render(),
    [
      "# HELP depth Depth.",
      "# TYPE depth gauge",
      "depth 4",
      "# HELP requests_total [STABLE] Requests.",
      "# TYPE requests_total counter",
      'requests_total{verb="GET",code="200"} 3',
      'requests_total{verb="a\\"b\\\\c\\n",code="500"} 1',
      "",
    ].join("\n"),
  );
});

test("a histogram's buckets add up; a family without series says nothing", () => {
  const registry = new MetricRegistry();
  registry.counter({ name: "silent_total", help: "Nothing." });
  const seconds = registry.histogram({ name: "seconds", help: "Time.", buckets: [0.1, 1] });
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.of().observe(value);
  assert.deepEqual(registry.render().split("\n").slice(2), [
    'seconds_bucket{le="0.1"} 2',
    'seconds_bucket{le="1"} 3',
    'seconds_bucket{le="+Inf"} 4',
    "seconds_sum 7.65",
    "seconds_count 4",
    "",
  ]);
});

test("collectors run before each rendering", () => {
  const registry = new MetricRegistry();
  const depth = registry.gauge({ name: "depth", help: "Depth.", labels: ["queue"] });
  let now = 1;
  registry.onCollect(() => {
    depth.clear();
    depth.of(`q${now}`).set(now);
  });
  registry.render();
  now = 2;
  assert.match(registry.render(), /^depth\{queue="q2"\} 2$/m);
  assert.doesNotMatch(registry.render(), /q1/);
});

test("a timed distribution counts how long a value stood", () => {
  const registry = new MetricRegistry();
  const distribution = registry.histogram({ name: "ratio", help: "Ratio.", buckets: [0, 0.5] }).of();
  const timed = new TimedDistribution(distribution, 0);
  timed.pass(0, 10);
  timed.pass(0.4, 40);
  timed.pass(1, 45);
  assert.deepEqual(distribution.counts, [10e6, 30e6, 5e6]);
});

test("a name can't be registered twice", () => {
  const registry = new MetricRegistry();
  registry.counter({ name: "a_total", help: "A." });
  assert.throws(() => registry.gauge({ name: "a_total", help: "B." }), /Cannot register the metric a_total twice/);
});

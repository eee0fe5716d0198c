/** `/metrics`: how much this agent looks after; `/metrics/resource`: what its containers use, for autoscalers and `kubectl top`. */

import { freemem, totalmem } from "node:os";
import { LABEL } from "../pods/config/names.ts";
import { EXPOSITION_TYPE, exposition, type Metric, type Sample } from "./exposition.ts";
import type { NodeApi, Route } from "./node-api.ts";

const NANOS = 1e9;

function count(values: readonly string[]): Sample[] {
  const tally = new Map<string, number>();
  for (const value of values) tally.set(value, (tally.get(value) ?? 0) + 1);
  return [...tally].map(([state, value]) => ({ labels: { container_state: state }, value }));
}

function agentMetrics({ workers }: NodeApi): Metric[] {
  const all = workers.all.map(({ view }) => view);
  const sandboxes = all.filter(({ seen }) => seen.sandboxes[0]?.ready);
  const states = all.flatMap(({ seen }) => seen.containers.map(({ state }) => state.replace("CONTAINER_", "").toLowerCase()));
  const { rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    { name: "kubelet_running_pods", help: "Number of pods that have a running pod sandbox", type: "gauge", samples: [{ labels: {}, value: sandboxes.length }] },
    { name: "kubelet_running_containers", help: "Number of containers by state", type: "gauge", samples: count(states) },
    { name: "process_resident_memory_bytes", help: "Resident memory size in bytes", type: "gauge", samples: [{ labels: {}, value: rss }] },
    {
      name: "process_cpu_seconds_total",
      help: "Total user and system CPU time spent in seconds",
      type: "counter",
      samples: [{ labels: {}, value: (user + system) / 1e6 }],
    },
  ];
}

async function resourceMetrics({ context }: NodeApi): Promise<Metric[]> {
  const stats = await context.runtime.listContainerStats();
  const samples = (read: (one: (typeof stats)[number]) => number | undefined): Sample[] =>
    stats.flatMap((one) => {
      const value = read(one);
      const labels = one.attributes?.labels ?? {};
      const of = { container: one.attributes?.metadata?.name ?? "", namespace: labels[LABEL.podNamespace] ?? "", pod: labels[LABEL.podName] ?? "" };
      return value === undefined ? [] : [{ labels: of, value }];
    });
  const cpu = samples(({ cpu }) => (cpu?.usage_core_nano_seconds ? cpu.usage_core_nano_seconds.value / NANOS : undefined));
  const memory = samples(({ memory }) => memory?.working_set_bytes?.value);
  return [
    { name: "container_cpu_usage_seconds_total", help: "Cumulative cpu time consumed by the container in core-seconds", type: "counter", samples: cpu },
    { name: "container_memory_working_set_bytes", help: "Current working set of the container in bytes", type: "gauge", samples: memory },
    {
      name: "node_memory_working_set_bytes",
      help: "Current working set of the node in bytes",
      type: "gauge",
      samples: [{ labels: {}, value: totalmem() - freemem() }],
    },
    {
      name: "resource_scrape_error",
      help: "1 if there was an error while getting container metrics, 0 otherwise",
      type: "gauge",
      samples: [{ labels: {}, value: 0 }],
    },
  ];
}

export const metrics: Route = {
  method: "GET",
  pattern: "/metrics",
  async answer(api, _, response) {
    response.writeHead(200, { "content-type": EXPOSITION_TYPE }).end(exposition(agentMetrics(api)));
  },
};

export const metricsOfResources: Route = {
  method: "GET",
  pattern: "/metrics/resource",
  async answer(api, _, response) {
    response.writeHead(200, { "content-type": EXPOSITION_TYPE }).end(exposition(await resourceMetrics(api)));
  },
};

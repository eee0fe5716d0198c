/** `/stats/summary`: what the pods of this node use now. */

import { LABEL } from "../pods/config/names.ts";
import type { ContainerStats } from "../runtime/cri/cri.ts";
import type { Received } from "../runtime/received.ts";
import type { Route } from "./node-api.ts";

const time = (nanoseconds: number): string => new Date(nanoseconds / 1e6).toISOString();

function containerOf(stats: Received<ContainerStats>): object {
  const { cpu, memory, writable_layer: layer } = stats;
  return {
    name: stats.attributes?.metadata?.name,
    ...(cpu && { cpu: { time: time(cpu.timestamp), usageNanoCores: cpu.usage_nano_cores?.value, usageCoreNanoSeconds: cpu.usage_core_nano_seconds?.value } }),
    ...(memory && { memory: { time: time(memory.timestamp), workingSetBytes: memory.working_set_bytes?.value, usageBytes: memory.usage_bytes?.value } }),
    ...(layer && { rootfs: { time: time(layer.timestamp), usedBytes: layer.used_bytes?.value, inodesUsed: layer.inodes_used?.value } }),
  };
}

export const statsSummary: Route = {
  method: "GET",
  pattern: "/stats/summary",
  async answer({ context, workers }, _, response) {
    const all = await context.runtime.listContainerStats();
    const pods = workers.all.map(({ pod: { metadata } }) => {
      const containers = all.filter(({ attributes }) => attributes?.labels[LABEL.podUid] === metadata.uid).map(containerOf);
      return { podRef: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid }, startTime: metadata.creationTimestamp, containers };
    });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ node: { nodeName: context.node.name }, pods }));
  },
};

/** A pod needs room for what it asks for; among nodes with room the emptiest is best. */

import { fits, plugin, SCORE_MAX, unfit } from "../plugin.ts";
import type { NodeInfo } from "../state/node-info.ts";
import type { PodInfo } from "../state/pod-info.ts";

/** Kubernetes counts a pod that asks for nothing as this much, so that such pods don't pile up on one node. */
const UNASKED: Readonly<Record<string, number>> = { cpu: 100, memory: 200 * 1024 * 1024 };

export default plugin({
  name: "NodeResourcesFit",
  wakesOn: ["node added", "node changed", "pod gone", "pod changed"],
  filter(pod, node) {
    if (node.pods.size + 1 > (node.allocatable.get("pods") ?? 0)) return unfit("Too many pods");
    for (const [name, asked] of pod.requests) {
      if (asked > 0 && asked > (node.allocatable.get(name) ?? 0) - (node.requested.get(name) ?? 0)) return unfit(`Insufficient ${name}`);
    }
    return fits;
  },
  score: (pod, node) => (free(pod, node, "cpu") + free(pod, node, "memory")) / 2,
});

function free(pod: PodInfo, node: NodeInfo, name: string): number {
  const total = node.allocatable.get(name) ?? 0;
  const used = (node.requested.get(name) ?? 0) + (pod.requests.get(name) ?? UNASKED[name] ?? 0);
  return total === 0 || used > total ? 0 : ((total - used) / total) * SCORE_MAX;
}

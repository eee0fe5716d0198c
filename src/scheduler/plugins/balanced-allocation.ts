/** CPU and memory should run out together: a node with much of one and none of the other is of no use. */

import { plugin, SCORE_MAX } from "../plugin.ts";
import type { NodeInfo } from "../state/node-info.ts";
import type { PodInfo } from "../state/pod-info.ts";

export default plugin({
  name: "NodeResourcesBalancedAllocation",
  wakesOn: [],
  concerns: (pod) => pod.requests.size > 0,
  score: (pod, node) => (1 - Math.abs(share(pod, node, "cpu") - share(pod, node, "memory")) / 2) * SCORE_MAX,
});

function share(pod: PodInfo, node: NodeInfo, name: string): number {
  const total = node.allocatable.get(name) ?? 0;
  return total === 0 ? 1 : Math.min(((node.requested.get(name) ?? 0) + (pod.requests.get(name) ?? 0)) / total, 1);
}

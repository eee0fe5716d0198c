/** Spreads the pods that a constraint selects over zones, nodes or whatever the label says (KEP-895). */

import { fits, plugin, SCORE_MAX, unfit } from "../plugin.ts";
import type { ClusterState } from "../state/cluster.ts";
import type { NodeInfo } from "../state/node-info.ts";
import type { PodInfo, SpreadConstraint } from "../state/pod-info.ts";
import { tolerates } from "./taint-toleration.ts";

const SKEWED = unfit("node(s) didn't match pod topology spread constraints");
const UNLABELLED = unfit("node(s) didn't match pod topology spread constraints (missing required label)");

interface Domains {
  readonly constraint: SpreadConstraint;
  /** Pods that match, by the value of the topology's label. */
  readonly counts: ReadonlyMap<string, number>;
  readonly fewest: number;
  /** Whether the pod itself will count. */
  readonly self: number;
}

export default plugin<readonly Domains[]>({
  name: "PodTopologySpread",
  wakesOn: ["node added", "node changed", "pod gone", "pod changed"],
  concerns: (pod) => pod.spread.length > 0,
  weight: 2,
  prepare: (pod, cluster) => pod.spread.map((constraint) => domainsOf(constraint, pod, cluster)),
  filter(_pod, node, all) {
    for (const { constraint, counts, fewest, self } of all) {
      if (!constraint.hard) continue;
      const value = node.labels[constraint.topologyKey];
      if (value === undefined) return UNLABELLED;
      if ((counts.get(value) ?? 0) + self - fewest > constraint.maxSkew) return SKEWED;
    }
    return fits;
  },
  score(_pod, node, all) {
    let score = 0;
    for (const { constraint, counts } of all) {
      if (constraint.hard) continue;
      const value = node.labels[constraint.topologyKey];
      // Larger topologies have more pods a domain; the weight makes a zone and a node count alike.
      score += value === undefined ? Number.NaN : (counts.get(value) ?? 0) * Math.log(counts.size + 2) + constraint.maxSkew - 1;
    }
    return score;
  },
  normalize(scores) {
    const known = scores.filter((score) => !Number.isNaN(score));
    const most = Math.max(0, ...known);
    const least = Math.min(most, ...known);
    for (const [index, score] of scores.entries()) {
      scores[index] = Number.isNaN(score) ? 0 : most === 0 ? SCORE_MAX : (SCORE_MAX * (most + least - score)) / most;
    }
  },
});

function domainsOf(constraint: SpreadConstraint, pod: PodInfo, cluster: ClusterState): Domains {
  const query = { key: constraint.key, selector: constraint.selector, namespaces: new Set([pod.namespace]) };
  const perNode = cluster.counts.of(query);
  const counts = new Map<string, number>();
  for (const node of cluster.nodes) {
    const value = node.labels[constraint.topologyKey];
    if (value === undefined || !isEligible(node, constraint, pod)) continue;
    counts.set(value, (counts.get(value) ?? 0) + (perNode.get(node.name) ?? 0));
  }
  const fewest = counts.size < constraint.minDomains ? 0 : Math.min(...counts.values());
  return { constraint, counts, fewest: counts.size === 0 ? 0 : fewest, self: constraint.selector.matches(pod.labels) ? 1 : 0 };
}

/** Nodes that the pod couldn't go to anyway don't make a domain. */
function isEligible(node: NodeInfo, constraint: SpreadConstraint, pod: PodInfo): boolean {
  if (constraint.honorAffinity && pod.requiredNodes && !pod.requiredNodes(node)) return false;
  return !constraint.honorTaints || node.taints.every((taint) => taint.effect === "PreferNoSchedule" || tolerates(pod.tolerations, taint));
}

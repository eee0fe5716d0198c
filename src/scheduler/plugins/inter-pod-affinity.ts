/** Pods that want each other's company, and pods that don't, in a zone, on a node or whatever the label says. */

import { fits, plugin, SCORE_MAX, unfit } from "../plugin.ts";
import type { ClusterState } from "../state/cluster.ts";
import type { NodeInfo } from "../state/node-info.ts";
import type { AffinityTerm, PodInfo } from "../state/pod-info.ts";

const LONELY = unfit("node(s) didn't match pod affinity rules");
const CROWDED = unfit("node(s) didn't match pod anti-affinity rules");
const REPELLED = unfit("node(s) didn't satisfy existing pods anti-affinity rules");

/** Pods that match a term, by the value of its topology's label. */
interface Domains {
  readonly term: AffinityTerm;
  readonly counts: ReadonlyMap<string, number>;
}

interface State {
  readonly wanted: readonly Domains[];
  /** The first of a group has nobody to join: it may go anywhere, if it is one of those it wants. */
  readonly first: boolean;
  readonly unwanted: readonly Domains[];
  /** Where pods stand that refuse this one: label key → values. */
  readonly refused: ReadonlyMap<string, ReadonlySet<string>>;
  readonly liked: readonly Domains[];
  readonly disliked: readonly Domains[];
}

export default plugin<State>({
  name: "InterPodAffinity",
  wakesOn: ["node added", "node changed", "pod gone", "pod changed"],
  weight: 2,
  prepare(pod, cluster) {
    const domains = (terms: readonly AffinityTerm[]): Domains[] => terms.map((term) => ({ term, counts: domainsOf(term, cluster) }));
    const wanted = domains(pod.affinity);
    return {
      wanted,
      first: wanted.every(({ term, counts }) => counts.size === 0 && cluster.counts.matches(term, pod)),
      unwanted: domains(pod.antiAffinity),
      refused: refusals(pod, cluster),
      liked: domains(pod.preferredAffinity),
      disliked: domains(pod.preferredAntiAffinity),
    };
  },
  filter(_pod, { labels }, { wanted, first, unwanted, refused }) {
    for (const [key, values] of refused) if (labels[key] !== undefined && values.has(labels[key])) return REPELLED;
    for (const { term, counts } of unwanted) if ((counts.get(labels[term.topologyKey] ?? "") ?? 0) > 0) return CROWDED;
    for (const { term, counts } of wanted) {
      const value = labels[term.topologyKey];
      if (value === undefined || (!first && (counts.get(value) ?? 0) === 0)) return LONELY;
    }
    return fits;
  },
  score(_pod, node, { liked, disliked }) {
    return total(node, liked) - total(node, disliked);
  },
  normalize(scores) {
    const most = Math.max(...scores);
    const least = Math.min(...scores);
    for (const [index, score] of scores.entries()) scores[index] = most === least ? 0 : ((score - least) * SCORE_MAX) / (most - least);
  },
});

function domainsOf(term: AffinityTerm, cluster: ClusterState): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [name, count] of cluster.counts.of(term)) {
    const value = cluster.node(name)?.labels[term.topologyKey];
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return counts;
}

function refusals(pod: PodInfo, cluster: ClusterState): Map<string, Set<string>> {
  const refused = new Map<string, Set<string>>();
  for (const { pod: other, node } of cluster.repelling) {
    for (const term of other.antiAffinity) {
      const value = node.labels[term.topologyKey];
      if (value === undefined || !cluster.counts.matches(term, pod)) continue;
      const values = refused.get(term.topologyKey) ?? new Set();
      refused.set(term.topologyKey, values.add(value));
    }
  }
  return refused;
}

function total({ labels }: NodeInfo, domains: readonly Domains[]): number {
  return domains.reduce((sum, { term, counts }) => sum + term.weight * (counts.get(labels[term.topologyKey] ?? "") ?? 0), 0);
}

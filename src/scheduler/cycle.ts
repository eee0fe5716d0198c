/** One pod's turn: which nodes fit, and which of them is best. Decides, and writes nothing. */

import { fits, type Plugin, type Unfit } from "./plugin.ts";
import type { ClusterState } from "./state/cluster.ts";
import type { NodeInfo } from "./state/node-info.ts";
import type { PodInfo } from "./state/pod-info.ts";

export type Decision = { readonly node: string } | { readonly unschedulable: string; readonly plugins: ReadonlySet<string> };

/** Enough nodes that fit make the best of them good enough; Kubernetes' bounds: at least 100, and half of a cluster of some hundreds. */
const FEASIBLE_MIN = 100;
function feasibleEnough(nodes: number): number {
  if (nodes <= FEASIBLE_MIN) return nodes;
  return Math.max(Math.floor((nodes * Math.max(50 - nodes / 125, 5)) / 100), FEASIBLE_MIN);
}

/** @param start index of the node to begin with, so that all get their turn; @param random breaks ties, in [0, 1) */
export function decide(pod: PodInfo, cluster: ClusterState, plugins: readonly Plugin<unknown>[], start: number, random: () => number): Decision {
  const nodes = cluster.nodes;
  const active = plugins.filter((plugin) => plugin.concerns?.(pod) ?? true).map((plugin) => ({ plugin, state: plugin.prepare?.(pod, cluster) }));
  const filters = active.filter(({ plugin }) => plugin.filter);
  const enough = feasibleEnough(nodes.length);
  const feasible: NodeInfo[] = [];
  const reasons = new Map<Unfit, number>();
  const blamed = new Set<string>();
  for (let offset = 0; offset < nodes.length && feasible.length < enough; offset++) {
    const node = nodes[(start + offset) % nodes.length] as NodeInfo;
    const no = firstNo(pod, node, filters, blamed);
    if (no) reasons.set(no, (reasons.get(no) ?? 0) + 1);
    else feasible.push(node);
  }
  if (feasible.length === 0) return { unschedulable: explain(nodes.length, reasons), plugins: blamed };
  return { node: best(pod, feasible, active, random).name };
}

interface Active {
  readonly plugin: Plugin<unknown>;
  readonly state: unknown;
}

function firstNo(pod: PodInfo, node: NodeInfo, filters: readonly Active[], blamed: Set<string>): Unfit | undefined {
  for (const { plugin, state } of filters) {
    const verdict = plugin.filter?.(pod, node, state) ?? fits;
    if (verdict === fits) continue;
    blamed.add(plugin.name);
    return verdict;
  }
  return undefined;
}

function best(pod: PodInfo, feasible: readonly NodeInfo[], active: readonly Active[], random: () => number): NodeInfo {
  const totals = new Float64Array(feasible.length);
  for (const { plugin, state } of feasible.length > 1 ? active : []) {
    if (!plugin.score) continue;
    const scores = feasible.map((node) => plugin.score?.(pod, node, state) ?? 0);
    plugin.normalize?.(scores);
    for (const [index, score] of scores.entries()) totals[index] = (totals[index] ?? 0) + score * (plugin.weight ?? 1);
  }
  let winner = 0;
  let ties = 1;
  for (let index = 1; index < totals.length; index++) {
    const [score = 0, top = 0] = [totals[index], totals[winner]];
    if (score > top) {
      winner = index;
      ties = 1;
    } else if (score === top && random() < 1 / ++ties) winner = index;
  }
  return feasible[winner] as NodeInfo;
}

/** `0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint(s) {a: b}.`, as Kubernetes words it. */
function explain(nodes: number, reasons: ReadonlyMap<Unfit, number>): string {
  if (nodes === 0) return "no nodes available to schedule pods";
  const parts = [...reasons].map(([{ reason }, count]) => `${count} ${reason}`).toSorted();
  return `0/${nodes} nodes are available: ${parts.join(", ")}.`;
}

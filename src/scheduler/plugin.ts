/** A scheduler plug-in: one file, one declared value, one line in the folder's list. */

import type { ClusterState } from "./state/cluster.ts";
import type { NodeInfo } from "./state/node-info.ts";
import type { PodInfo } from "./state/pod-info.ts";

/** `fits`, or why not, in the words that stand in the event. */
export type Verdict = typeof fits | Unfit;
export const fits = true;

export interface Unfit {
  readonly reason: string;
  /** No change on any node but a new one, or of the pod, would help. */
  readonly forGood?: true;
}

const known = new Map<string, Unfit>();

/** One object a reason: filters run for every pod and node. */
export function unfit(reason: string): Unfit {
  const found = known.get(reason) ?? { reason };
  if (known.size < 10_000) known.set(reason, found);
  return found;
}

/** What may make a pod fit that didn't: the queue wakes it when it happens. */
export type WakeEvent = "node added" | "node changed" | "pod gone" | "pod changed";

export interface Plugin<S = undefined> {
  readonly name: string;
  readonly wakesOn: readonly WakeEvent[];
  /** Says whether the plug-in has anything to say of a pod; always, where absent. */
  concerns?(pod: PodInfo): boolean;
  /** Once a pod, before the nodes: what filter and score need of the whole cluster. */
  prepare?(pod: PodInfo, cluster: ClusterState): S;
  filter?(pod: PodInfo, node: NodeInfo, state: S): Verdict;
  /** Higher is better. */
  score?(pod: PodInfo, node: NodeInfo, state: S): number;
  /** From the scores of all nodes to 0..100; by default they are that already. */
  normalize?(scores: number[]): void;
  /** How much the score counts beside others. */
  readonly weight?: number;
}

export function plugin<S = undefined>(declaration: Plugin<S>): Plugin<unknown> {
  // What `prepare` returns goes back to the same plug-in and nobody else, so its type is the plug-in's own affair.
  return declaration as Plugin<unknown>;
}

export const SCORE_MAX = 100;

/** Scales so that the best has the most. @param reverse the smallest is the best */
export function scaleToBest(scores: number[], reverse = false): void {
  const best = Math.max(0, ...scores);
  for (let index = 0; index < scores.length; index++) {
    const share = best === 0 ? 0 : ((scores[index] ?? 0) * SCORE_MAX) / best;
    scores[index] = reverse ? SCORE_MAX - share : share;
  }
}

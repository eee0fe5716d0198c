/**
 * How many pods that match a selector stand on each node. A question is answered by counting once and then kept up to date as pods come
 * and go, so that a thousand pods of one app don't each count all pods of the cluster.
 */

import type { LabelSelector } from "../../machinery/selectors/labels.ts";
import type { ClusterState } from "./cluster.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";

const QUERIES_MAX = 512;

export interface PodQuery {
  readonly key: string;
  readonly selector: LabelSelector;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector?: LabelSelector | undefined;
}

interface Answer {
  readonly query: PodQuery;
  /** By node name; absent is none. */
  readonly counts: Map<string, number>;
}

export class MatchCounts {
  readonly #cluster: ClusterState;
  readonly #answers = new Map<string, Answer>();

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  /** Pods on their way out don't count. */
  of(query: PodQuery): ReadonlyMap<string, number> {
    const known = this.#answers.get(query.key);
    if (known) return known.counts;
    const counts = new Map<string, number>();
    for (const node of this.#cluster.allNodes) {
      let count = 0;
      for (const pod of node.pods.values()) if (this.matches(query, pod)) count++;
      if (count > 0) counts.set(node.name, count);
    }
    this.#answers.set(query.key, { query, counts });
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > QUERIES_MAX && !oldest.done) this.#answers.delete(oldest.value);
    return counts;
  }

  matches({ selector, namespaces, namespaceSelector }: PodQuery, pod: PodInfo): boolean {
    if (pod.pod.metadata.deletionTimestamp !== undefined) return false;
    const near = namespaces.has(pod.namespace) || namespaceSelector?.matches(this.#cluster.namespaceLabels(pod.namespace)) === true;
    return near && selector.matches(pod.labels);
  }

  added(pod: PodInfo, node: NodeInfo): void {
    for (const { query, counts } of this.#answers.values()) if (this.matches(query, pod)) counts.set(node.name, (counts.get(node.name) ?? 0) + 1);
  }

  removed(pod: PodInfo, node: NodeInfo): void {
    for (const { query, counts } of this.#answers.values()) {
      if (!this.matches(query, pod)) continue;
      const left = (counts.get(node.name) ?? 0) - 1;
      if (left > 0) counts.set(node.name, left);
      else counts.delete(node.name);
    }
  }

  forgetNamespaceQueries(): void {
    for (const [key, { query }] of this.#answers) if (query.namespaceSelector) this.#answers.delete(key);
  }
}

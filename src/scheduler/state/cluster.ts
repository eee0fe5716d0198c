/** The cluster as the scheduler believes it is: what the caches show, and what it has decided itself since. */

import type { Namespace, Node, Pod } from "../../api/tables/core-v1.ts";
import { MatchCounts } from "./match-counts.ts";
import { NodeInfo } from "./node-info.ts";
import { type PodInfo, podInfo } from "./pod-info.ts";

export class ClusterState {
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #nodeOfPod = new Map<string, string>();
  readonly #namespaces = new Map<string, Readonly<Record<string, string>>>();
  /** Pods on nodes that have required anti-affinity: they may refuse a newcomer. */
  readonly #repelling = new Map<string, { readonly pod: PodInfo; readonly node: NodeInfo }>();
  readonly counts = new MatchCounts(this);

  /** Nodes that exist; an entry whose node is gone but whose pods are not is left out. */
  get nodes(): NodeInfo[] {
    return [...this.#nodes.values()].filter(({ node }) => node !== undefined);
  }
  get allNodes(): Iterable<NodeInfo> {
    return this.#nodes.values();
  }
  get repelling(): Iterable<{ readonly pod: PodInfo; readonly node: NodeInfo }> {
    return this.#repelling.values();
  }
  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }
  namespaceLabels(name: string): Readonly<Record<string, string>> {
    return this.#namespaces.get(name) ?? {};
  }
  namespaceChanged(name: string, namespace: Namespace | undefined): void {
    if (namespace) this.#namespaces.set(name, namespace.metadata.labels ?? {});
    else this.#namespaces.delete(name);
    this.counts.forgetNamespaceQueries();
  }

  nodeChanged(name: string, node: Node | undefined): void {
    const info = this.#at(name);
    info.setNode(node);
    if (!node && info.pods.size === 0) this.#nodes.delete(name);
  }

  /** A pod as the API shows it: on a node while it has one and hasn't ended. */
  podChanged(uid: string, pod: Pod | undefined): void {
    const ended = pod?.status?.phase === "Succeeded" || pod?.status?.phase === "Failed";
    if (pod?.spec.nodeName && !ended) this.place(podInfo(pod), pod.spec.nodeName);
    else this.remove(uid);
  }

  /** Puts a pod on a node: as seen, or as decided and not yet seen. */
  place(pod: PodInfo, nodeName: string): void {
    const before = this.#nodeOfPod.get(pod.uid);
    if (before !== undefined) this.remove(pod.uid);
    const node = this.#at(nodeName);
    node.addPod(pod);
    this.#nodeOfPod.set(pod.uid, nodeName);
    if (pod.antiAffinity.length > 0) this.#repelling.set(pod.uid, { pod, node });
    this.counts.added(pod, node);
  }

  remove(uid: string): void {
    const name = this.#nodeOfPod.get(uid);
    const node = name === undefined ? undefined : this.#nodes.get(name);
    this.#nodeOfPod.delete(uid);
    this.#repelling.delete(uid);
    const pod = node?.removePod(uid);
    if (pod && node) this.counts.removed(pod, node);
    if (node && !node.node && node.pods.size === 0) this.#nodes.delete(node.name);
  }

  #at(name: string): NodeInfo {
    const found = this.#nodes.get(name) ?? new NodeInfo(name);
    this.#nodes.set(name, found);
    return found;
  }
}

/** A node with the pods that are on it or on their way to it. */

import type { Node, Taint } from "../../api/tables/core-v1.ts";
import type { HostPort, PodInfo } from "./pod-info.ts";
import { type Amounts, amountsOf } from "./resources.ts";

export class NodeInfo {
  readonly name: string;
  node: Node | undefined;
  labels: Readonly<Record<string, string>> = {};
  taints: readonly Taint[] = [];
  allocatable: Amounts = new Map();
  readonly requested: Amounts = new Map();
  readonly pods = new Map<string, PodInfo>();
  /** `TCP/8080` → addresses that hold it. */
  readonly #ports = new Map<string, string[]>();

  constructor(name: string) {
    this.name = name;
  }

  setNode(node: Node | undefined): void {
    this.node = node;
    this.labels = node?.metadata.labels ?? {};
    this.taints = node?.spec.taints ?? [];
    this.allocatable = amountsOf(node?.status?.allocatable ?? node?.status?.capacity);
  }

  addPod(pod: PodInfo): void {
    if (this.pods.has(pod.uid)) this.removePod(pod.uid);
    this.pods.set(pod.uid, pod);
    for (const [name, value] of pod.requests) this.requested.set(name, (this.requested.get(name) ?? 0) + value);
    for (const { protocol, port, address } of pod.hostPorts) {
      const key = `${protocol}/${port}`;
      this.#ports.set(key, [...(this.#ports.get(key) ?? []), address]);
    }
  }

  /** @returns the pod, where it was here */
  removePod(uid: string): PodInfo | undefined {
    const pod = this.pods.get(uid);
    if (!pod) return undefined;
    this.pods.delete(uid);
    for (const [name, value] of pod.requests) this.requested.set(name, (this.requested.get(name) ?? 0) - value);
    for (const { protocol, port, address } of pod.hostPorts) {
      const key = `${protocol}/${port}`;
      const held = this.#ports.get(key) ?? [];
      held.splice(held.indexOf(address), 1);
      if (held.length === 0) this.#ports.delete(key);
    }
    return pod;
  }

  /** Whether another pod holds the port: on the same address, or either of them on all. */
  holds({ protocol, port, address }: HostPort): boolean {
    return this.#ports.get(`${protocol}/${port}`)?.some((held) => held === address || held === "0.0.0.0" || address === "0.0.0.0") ?? false;
  }
}

/** The node's sign of life: a Lease in kube-node-lease, renewed every ten seconds. It is far smaller than the Node (KEP-589). */

import { Lease } from "../../api/resources.ts";
import type { Lease as LeaseObject } from "../../api/tables/coordination-v1.ts";
import type { Client } from "../../client/client.ts";
import { type Clock, microTimestamp } from "../../machinery/clock.ts";

const NAMESPACE = "kube-node-lease";
const DURATION_SECONDS = 40;

export class NodeLease {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #name: string;
  #lease: LeaseObject | undefined;

  constructor(client: Client, clock: Clock, nodeName: string) {
    this.#client = client;
    this.#clock = clock;
    this.#name = nodeName;
  }

  /** @param nodeUid the lease goes with its node */
  async renew(nodeUid: string | undefined): Promise<void> {
    try {
      this.#lease ??= await this.#client.find(Lease, NAMESPACE, this.#name);
      const metadata = this.#lease?.metadata ?? { name: this.#name, namespace: NAMESPACE };
      const ownerReferences = nodeUid ? [{ apiVersion: "v1", kind: "Node", name: this.#name, uid: nodeUid }] : metadata.ownerReferences;
      const lease: LeaseObject = {
        ...this.#lease,
        metadata: { ...metadata, ...(ownerReferences && { ownerReferences }) },
        spec: { holderIdentity: this.#name, leaseDurationSeconds: DURATION_SECONDS, renewTime: microTimestamp(this.#clock.now()) },
      };
      this.#lease = this.#lease ? await this.#client.update(Lease, lease) : await this.#client.create(Lease, lease);
    } catch (error) {
      // Deleted or changed by someone else: look again.
      this.#lease = undefined;
      throw error;
    }
  }
}

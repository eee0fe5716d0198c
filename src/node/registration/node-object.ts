/** Keeps the Node object: made on joining, its status told when it changes and every five minutes. */

import { Node } from "../../api/resources.ts";
import type { Node as NodeObject } from "../../api/tables/core-v1.ts";
import type { Client } from "../../client/client.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import { type NodeStatusFacts, nodeStatus, tellsTheSame } from "./node-status.ts";

/** A status that says nothing new is told again after this long. */
const REPEAT_MS = 5 * 60_000;

export class NodeObjectKeeper {
  readonly #client: Client;
  readonly #name: string;
  readonly #architecture: string;
  #node: NodeObject | undefined;
  #toldAtMs = 0;

  constructor(client: Client, name: string, architecture: string) {
    this.#client = client;
    this.#name = name;
    this.#architecture = architecture;
  }

  /** The Node's UID, once it is known. */
  get uid(): string | undefined {
    return this.#node?.metadata.uid;
  }

  /** @throws StatusError where the cluster refuses the node */
  async tell(facts: NodeStatusFacts): Promise<void> {
    // A Node that was deleted is made again.
    this.#node = (await this.#client.find(Node, "", this.#name)) ?? (await this.#create(facts));
    await this.#label();
    const status = nodeStatus(facts, this.#node.status);
    if (tellsTheSame(status, this.#node.status) && facts.now - this.#toldAtMs < REPEAT_MS) return;
    this.#node = await this.#client.patch(Node, "", this.#name, { status }, { type: "strategic", subresource: "status" });
    this.#toldAtMs = facts.now;
  }

  #labels(): Record<string, string> {
    return {
      "kubernetes.io/hostname": this.#name,
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": this.#architecture,
      "beta.kubernetes.io/os": "linux",
      "beta.kubernetes.io/arch": this.#architecture,
    };
  }

  async #create(facts: NodeStatusFacts): Promise<NodeObject> {
    const node: NodeObject = { metadata: { name: this.#name, labels: this.#labels() }, spec: {}, status: nodeStatus(facts, undefined) };
    try {
      return await this.#client.create(Node, node);
    } catch (error) {
      if (error instanceof StatusError && error.status.code === 409) return this.#client.get(Node, "", this.#name);
      throw error;
    }
  }

  async #label(): Promise<void> {
    const missing = Object.entries(this.#labels()).filter(([key, value]) => this.#node?.metadata.labels?.[key] !== value);
    if (missing.length > 0) this.#node = await this.#client.patch(Node, "", this.#name, { metadata: { labels: Object.fromEntries(missing) } });
  }
}

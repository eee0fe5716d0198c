/**
 * Connections for the many small watches of a node. A server allows only so many open requests on one connection, watches count, and what is
 * beyond waits without an end: so each connection here carries few, and none carries anything but watches.
 */

import type { Client } from "../../client/client.ts";

/** Kubernetes' API server allows 100 requests on a connection, by default. */
const WATCHES_MAX = 50;

interface Connection {
  readonly client: Client;
  watches: number;
}

export interface Place {
  readonly client: Client;
  /** The watch has ended; with its last one a connection is closed. */
  release(): void;
}

export class WatchPool {
  readonly #connect: () => Client;
  readonly #connections = new Set<Connection>();

  constructor(connect: () => Client) {
    this.#connect = connect;
  }

  take(): Place {
    const found = [...this.#connections].find(({ watches }) => watches < WATCHES_MAX) ?? { client: this.#connect(), watches: 0 };
    this.#connections.add(found);
    found.watches++;
    let released = false;
    return {
      client: found.client,
      release: () => {
        if (released) return;
        released = true;
        if (--found.watches > 0) return;
        this.#connections.delete(found);
        void found.client.transport.close();
      },
    };
  }

  /** The node's identity was replaced: all connect anew. */
  renew(): void {
    for (const { client } of this.#connections) client.transport.renew();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections].map(({ client }) => client.transport.close()));
    this.#connections.clear();
  }
}

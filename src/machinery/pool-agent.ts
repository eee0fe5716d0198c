/** Keeps connections for the requests to come, by a key that says what counts as the same server. What opens them is handed in: the dialer. */

import http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A connection that nobody has used for so long is closed. */
const IDLE_MS = 90_000;
/** So many wait for the next request to one server. */
const IDLE_MAX = 8;

/** What a pooled request brings for its agent, beside Node's own options. */
export interface PoolOptions extends http.RequestOptions {
  readonly poolKey?: string;
  readonly open?: () => Promise<Socket>;
}

export class PoolAgent extends http.Agent {
  constructor() {
    super({ keepAlive: true, maxFreeSockets: IDLE_MAX, timeout: IDLE_MS });
  }

  override getName(options?: PoolOptions): string {
    return options?.poolKey ?? "";
  }

  override createConnection(options: PoolOptions, done?: (error: Error | null, socket: Duplex) => void): undefined {
    const failed = done as ((error: Error) => void) | undefined; // Node's types give the callback a socket always; with an error there is none.
    options.open?.().then((socket) => done?.(null, socket), failed);
  }
}

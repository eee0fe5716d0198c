/** The machine that a cluster runs on, as far as a drill may touch it: handed in by the command line, absent where the cluster is somebody else's. */

import type { Identity } from "../machinery/certificates/issue.ts";
import type { AuditEvent } from "./record.ts";

export interface Machine {
  /** @returns every audit record that was kept so far */
  records(): Promise<readonly AuditEvent[]>;
  /** Looks for strings of bytes in every file beneath the cluster's data folder. @returns for each, the files that hold it */
  search(needles: readonly Uint8Array[]): Promise<readonly (readonly string[])[]>;
  /** Stops the API server, hands over its store's rows as they lie on the disk, and starts it again. @throws where it doesn't start */
  whileStopped(body: (rows: StoredRows) => void): Promise<void>;
  /** PEM of the key that service-account tokens are signed with: what a thief of the disk has. */
  tokenKey(): string;
  /** The authority of client certificates, certificate and key in PEM: whoever could sign what the cluster itself doesn't. */
  clientAuthority(): Identity;
  /** @returns how many bytes of memory the API server holds; undefined where that can't be told from its surroundings */
  memoryBytes(): number | undefined;
}

/** The rows of a stopped store. */
export interface StoredRows {
  /** @returns the sealed bytes that stand at a key. @throws where nothing does */
  read(key: string): Uint8Array;
  /** @returns what stood at a key before, as far as history holds it; oldest first */
  older(key: string): readonly Uint8Array[];
  write(key: string, sealed: Uint8Array): void;
}

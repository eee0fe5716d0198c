/** Where everything of one cluster lies beneath its data folder. */

import { homedir } from "node:os";
import { join } from "node:path";

export interface Layout {
  readonly data: string;
  /** The cluster's fixed choices: addresses, users, nodes. */
  readonly plan: string;
  readonly adminKubeconfig: string;
  /** A process's own folder: its state, its credential, and nothing of another's. */
  of(process: string): string;
  readonly logs: string;
  /** What is running now; means nothing after a restart of the machine. */
  readonly run: string;
  readonly stateFile: string;
  readonly auditSocket: string;
  /** Folder of one node: containerd's root, the agent's state. */
  node(name: string): string;
}

export function layoutOf(data: string): Layout {
  return {
    data,
    plan: join(data, "cluster.json"),
    adminKubeconfig: join(data, "admin.kubeconfig"),
    of: (process) => join(data, process),
    logs: join(data, "logs"),
    run: join(data, "run"),
    stateFile: join(data, "run", "state.json"),
    auditSocket: join(data, "run", "audit.sock"),
    node: (name) => join(data, "nodes", name),
  };
}

/** @returns the data folder where none is named: a system's place for root, the user's own otherwise (XDG Base Directory) */
export function defaultData(): string {
  if (process.getuid?.() === 0) return "/var/lib/rampart";
  return join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "rampart");
}

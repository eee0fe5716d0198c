/** What every unit of a cluster is made from. */

import type { Layout } from "./layout.ts";
import type { Plan } from "./plan.ts";
import type { Program } from "./program.ts";

export interface ClusterContext {
  readonly layout: Layout;
  readonly plan: Plan;
  readonly program: Program;
  /** Whether processes get users of their own: `up` runs as root. */
  readonly asRoot: boolean;
  /** Only these processes, where `--only` names any. */
  readonly only: readonly string[];
  readonly withNodes: boolean;
}

const HARDENING = ["--disable-proto=delete", "--disable-warning=ExperimentalWarning"] as const;
/** Flags that a process of ours runs with: the hardening, and a heap that gives back what it doesn't need. */
export const NODE_FLAGS = [...HARDENING, "--max-semi-space-size=2", "--single-threaded-gc"] as const;
/**
 * The API server's: young objects die in a space with room for them. With 2 MB a write costs a fifth more, and the heap is larger for what was promoted in vain.
 * The old ones are collected once they have doubled, not quadrupled: a fifth less memory, and no cost to be measured.
 */
export const SERVER_FLAGS = [...HARDENING, "--max-semi-space-size=16", "--heap-growing-percent=100"] as const;

/** @returns the command line of one of our processes */
export function ownCommand({ program }: ClusterContext, args: readonly string[], flags: readonly string[] = NODE_FLAGS): string[] {
  return [program.node, ...flags, program.main, ...args];
}

/** Whether a unit is to be started: without `--only` all are; tasks go with the API server they talk to. */
export function wants({ only }: ClusterContext, unit: string): boolean {
  return only.length === 0 || only.includes(unit) || (unit === "addons" && only.some((name) => name !== "apiserver" && name !== "auditd"));
}

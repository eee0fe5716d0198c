/** What runs now, written down by `up` for `status`, `down` and the next `up`. */

import { existsSync, readFileSync } from "node:fs";
import { writeFileDurably } from "../cluster/files.ts";
import type { Layout } from "../cluster/layout.ts";
import { isAlive, type ProcessMark } from "./proc.ts";
import type { UnitState } from "./supervisor.ts";

export interface ClusterState {
  /** The supervisor itself. */
  readonly up: ProcessMark;
  /** As whom it runs. */
  readonly user: string;
  readonly phase: "starting" | "ready" | "failed" | "stopping";
  /** Why it failed. */
  readonly failure?: string;
  /** The checklist so far, for who waits in front of `up --detach`. */
  readonly steps: readonly Step[];
  readonly processes: readonly UnitState[];
}

export interface Step {
  readonly name: string;
  readonly label: string;
  readonly tookMs?: number;
}

export function writeState(layout: Layout, state: ClusterState): void {
  writeFileDurably(layout.stateFile, JSON.stringify(state), { mode: 0o644 });
}

/** @returns what the last `up` wrote, whether or not it still lives */
export function readState(layout: Layout): ClusterState | undefined {
  if (!existsSync(layout.stateFile)) return undefined;
  try {
    return JSON.parse(readFileSync(layout.stateFile, "utf8")) as ClusterState;
  } catch {
    return undefined;
  }
}

/** @returns the live supervisor's state */
export function runningState(layout: Layout): ClusterState | undefined {
  const state = readState(layout);
  return state && isAlive(state.up) ? state : undefined;
}

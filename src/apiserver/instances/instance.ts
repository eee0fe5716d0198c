/** The place of a server among the instances of its process, and what they do for each other. */

import type { LogLevel } from "../../machinery/log.ts";
import type { FamilyCount } from "../../machinery/metrics/registry.ts";
import type { SharedCounters } from "../flow/user-counts.ts";

export interface Instance {
  /** From 0. The first keeps the cluster's own objects, the conditions of definitions and extensions, and the process' identity. */
  readonly index: number;
  readonly count: number;
  readonly others: Others;
  /** Watches by user, in all of the process. */
  readonly watches?: SharedCounters;
  /** Of the first: starts the others, once what they rely on stands. No instance of the process is ready before all are. */
  begin?(port: number): Promise<void>;
}

/** What an instance has counted. */
export interface Counted {
  readonly own: readonly FamilyCount[];
  /** What its health checks said. */
  readonly health: readonly FamilyCount[];
  /** What its thread and its process are made of. */
  readonly process: readonly ProcessMetric[];
}

/** As `prom-client` gives it. */
export interface ProcessMetric {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly values: readonly {
    /** Where it isn't the family's: `…_bucket`. */
    readonly metricName?: string;
    readonly labels: Readonly<Partial<Record<string, string | number>>>;
    readonly value: number;
  }[];
}

/** The other instances, as one of them sees them. */
export interface Others {
  counted(): Promise<readonly Counted[]>;
  /** From now on they log no less and no more than this one. */
  setLogLevel(level: LogLevel): void;
}

export const ALONE: Instance = { index: 0, count: 1, others: { counted: async () => [], setLogLevel() {} } };

/** @returns an instance's part of a limit that holds for the process */
export function shareOf(limit: number, { count }: Instance): number {
  return Math.ceil(limit / count);
}

/** A flow: requests of one schema that are told apart from others by their user or namespace, and wait in the same queues. */

import type { Level } from "./level.ts";
import type { FlowMetrics } from "./metrics.ts";

export interface Flow {
  readonly schema: string;
  /** Empty for schemas and levels that stand in for objects that aren't there. */
  readonly schemaUid: string;
  readonly level: Level;
  readonly distinguisher: string;
  /** The queues that the flow was dealt; empty where its level has none. */
  readonly hand: readonly number[];
  readonly metrics: FlowMetrics;
}

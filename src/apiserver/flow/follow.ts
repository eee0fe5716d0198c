/** Follows the flow schemas and priority levels of the cluster, and tells in each schema's status whether its level exists. */

import type { KubeObject } from "../../api/kind.ts";
import type { FlowSchema, FlowSchemaCondition, PriorityLevelConfiguration } from "../../api/tables/flowcontrol-v1.ts";
import { type Clock, timestamp } from "../../machinery/clock.ts";
import type { Log } from "../../machinery/log.ts";
import type { Reader } from "../../security/reader.ts";
import { repeatedly } from "../bootstrap/keeper.ts";
import type { Loopback } from "../loopback.ts";
import type { QueueMetrics } from "../metrics/queues.ts";
import type { FlowControl } from "./flow-control.ts";
import { isSound } from "./level.ts";

const GROUP = "flowcontrol.apiserver.k8s.io";
const MANAGER = "api-priority-and-fairness-config-consumer-v1";
const DANGLING = "Dangling";
/** Somebody else may want another status: then this gives way for a while. */
const UPDATES_PER_MINUTE = 6;
const MINUTE_MS = 60_000;

export interface FollowOptions {
  readonly flowControl: FlowControl;
  readonly reader: Reader;
  readonly loopback: Loopback;
  readonly clock: Clock;
  readonly log: Log;
  readonly queues?: QueueMetrics;
  /** Whether this instance writes the schemas' statuses: one of a process does. */
  readonly tells: boolean;
}

/** @returns what ends it */
export function followConfiguration(options: FollowOptions): () => void {
  const { flowControl, reader } = options;
  /** When each schema's status was written lately. */
  const written = new Map<string, number[]>();
  let cancelRetry = (): void => {};
  let ended = false;

  async function follow(): Promise<void> {
    if (ended) return; // Later there is no store to write to.
    const schemas = [...reader.list<FlowSchema & KubeObject>(GROUP, "flowschemas")];
    const levels = [...reader.list<PriorityLevelConfiguration & KubeObject>(GROUP, "prioritylevelconfigurations")];
    flowControl.configure(schemas, levels);
    if (!options.tells) return;
    const known = new Set(levels.filter(isSound).map(({ metadata }) => metadata.name));
    for (const name of written.keys()) if (!schemas.some(({ metadata }) => metadata.name === name)) written.delete(name);
    for (const schema of schemas) await tell(options, schema, known.has(schema.spec.priorityLevelConfiguration.name), written, retryLater);
  }

  function retryLater(): void {
    cancelRetry();
    cancelRetry = options.clock.after(MINUTE_MS, wake);
  }

  const wake = repeatedly(options, "flow schemas' statuses", follow);
  const stops = ["flowschemas", "prioritylevelconfigurations"].map((resource) => reader.onChange(GROUP, resource, wake));
  wake();
  return () => {
    ended = true;
    cancelRetry();
    for (const stop of stops) stop();
  };
}

async function tell(
  { loopback, clock }: FollowOptions,
  schema: FlowSchema,
  found: boolean,
  written: Map<string, number[]>,
  retryLater: () => void,
): Promise<void> {
  const { name = "" } = schema.metadata;
  const condition = conditionOf(schema.spec.priorityLevelConfiguration.name, found);
  const standing = schema.status?.conditions?.find(({ type }) => type === DANGLING);
  if (standing?.status === condition.status && standing?.reason === condition.reason && standing?.message === condition.message) return;
  const now = clock.now();
  const lately = (written.get(name) ?? []).filter((at) => now - at < MINUTE_MS);
  if (lately.length >= UPDATES_PER_MINUTE) return retryLater();
  written.set(name, [...lately, now]);
  const path = `/apis/${GROUP}/v1/flowschemas/${encodeURIComponent(name)}/status?fieldManager=${MANAGER}&force=true`;
  const conditions = [{ ...condition, lastTransitionTime: timestamp(now) }];
  const next: KubeObject & { status: FlowSchema["status"] } = { apiVersion: `${GROUP}/v1`, kind: "FlowSchema", metadata: { name }, status: { conditions } };
  const { code, body } = await loopback.send("PATCH", path, next, "application/apply-patch+yaml");
  if (code >= 300 && code !== 404) throw new Error(`Cannot update the status of the flow schema ${name}: ${code} ${JSON.stringify(body)}`);
}

function conditionOf(level: string, found: boolean): FlowSchemaCondition {
  const start = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  return found
    ? { type: DANGLING, status: "False", reason: "Found", message: `${start} and it exists` }
    : { type: DANGLING, status: "True", reason: "NotFound", message: `${start} but there is no such object` };
}

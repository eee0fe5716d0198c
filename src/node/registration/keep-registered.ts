/** Keeps the node known to the cluster: its Node object and its Lease. */

import type { Client } from "../../client/client.ts";
import type { Clock } from "../../machinery/clock.ts";
import { pause, repeat } from "../loops.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { NodeLease } from "./lease.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { NodeObjectKeeper } from "./node-object.ts";

export interface RegistrationOptions {
  readonly client: Client;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly name: string;
  readonly ips: readonly string[];
  readonly port: number;
  readonly machine: MachineFacts;
  failed(what: string): (error: unknown) => void;
}

const PERIOD_MS = 10_000;
const FIRST_RETRY_MS = 500;

/** @returns once the node is registered */
export async function keepRegistered({ client, runtime, clock, signal, name, ips, port, machine, failed }: RegistrationOptions): Promise<void> {
  const node = new NodeObjectKeeper(client, name, machine.info.architecture);
  const lease = new NodeLease(client, clock, name);
  async function tell(): Promise<void> {
    const [conditions, images] = await Promise.all([runtime.conditions().catch(() => undefined), runtime.listImages().catch(() => [])]);
    await node.tell({ name, ips, port, machine, images, runtime: conditions, now: clock.now() });
  }
  for (let delayMs = FIRST_RETRY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, PERIOD_MS)) {
    try {
      await tell();
      break;
    } catch (error) {
      failed("node not registered")(error);
      await pause(clock, delayMs);
    }
  }
  const every = { clock, signal, periodMs: PERIOD_MS };
  void repeat({ ...every, work: tell, failed: failed("node status not told") });
  void repeat({ ...every, work: () => lease.renew(node.uid), failed: failed("lease not renewed") });
  void tellOnceReady(runtime, clock, signal, tell);
}

/** The pod network comes a little after the node: the sooner that is told, the sooner pods are bound here. */
async function tellOnceReady(runtime: ContainerRuntime, clock: Clock, signal: AbortSignal, tell: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const conditions = await runtime.conditions().catch(() => []);
    if (conditions.length > 0 && conditions.every(({ status }) => status)) return void (await tell().catch(() => undefined));
    await pause(clock, FIRST_RETRY_MS);
  }
}

/** For how long at most this thread's event loop was held by computing, while something runs. Waiting for the processor isn't counted. */

import assert from "node:assert/strict";
import type { ControlPlane } from "../../src/cli/control-plane.ts";
import { type RawAnswer, send } from "./https.ts";

const TICK_MS = 2;
/** A server may be held for 50 ms; here its client computes in the same loop, on a machine that others use too. What is held back takes hundreds. */
const HELD_MAX_MS = 75;

interface Held<T> {
  readonly value: T;
  readonly milliseconds: number;
}

async function heldBy<T>(run: () => Promise<T>): Promise<Held<T>> {
  let most = 0;
  let usage = process.threadCpuUsage();
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(usage);
    usage = process.threadCpuUsage();
    most = Math.max(most, (user + system) / 1000);
  };
  const timer = setInterval(look, TICK_MS);
  try {
    const value = await run();
    look();
    return { value, milliseconds: most };
  } finally {
    clearInterval(timer);
  }
}

/** Creates as the administrator. */
export function post({ url, ca, identity }: ControlPlane, path: string, body: object): Promise<RawAnswer> {
  const raw = { url, ca, identity: identity("admin", ["system:masters"]) };
  return send(raw, "POST", path, { "content-type": "application/json" }, JSON.stringify(body));
}

/** The same, while the event loop of server and client together is free. */
export async function unheld(cluster: ControlPlane, path: string, body: object): Promise<RawAnswer> {
  const { value, milliseconds } = await heldBy(() => post(cluster, path, body));
  assert.ok(milliseconds < HELD_MAX_MS, `the event loop was held for ${milliseconds.toFixed()} ms`);
  return value;
}

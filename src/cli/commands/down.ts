/** `rampart down`: stops the cluster and keeps its data. */

import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { layoutOf } from "../cluster/layout.ts";
import { loadPlan } from "../cluster/plan.ts";
import { removeBridge } from "../machine/bridge.ts";
import { removeCgroups } from "../machine/cgroups.ts";
import { isAlive, signal } from "../processes/proc.ts";
import { stop } from "../processes/spawn.ts";
import { readState } from "../processes/state.ts";
import { UserError } from "../user-error.ts";

const STOP_TIMEOUT_MS = 60_000;

export async function down(options: { readonly data: string }): Promise<void> {
  const layout = layoutOf(resolve(options.data));
  const plan = loadPlan(layout);
  if (!plan) throw new UserError(`There is no cluster in ${layout.data}.`);
  const state = readState(layout);
  if (state && isAlive(state.up)) {
    signal(state.up, "SIGTERM");
    for (let waited = 0; isAlive(state.up) && waited < STOP_TIMEOUT_MS; waited += 50) await sleep(50);
  }
  // What a killed supervisor left, or one that didn't stop in time.
  const left = [...(state ? [{ ...state.up, name: "up" }] : []), ...(state?.processes ?? [])].filter(isAlive);
  await Promise.all(left.map((process) => stop(process, process.name.endsWith("/machine") ? "SIGKILL" : "SIGTERM")));
  rmSync(layout.stateFile, { force: true });
  if (plan.uidBase) {
    await removeBridge(plan);
    await removeCgroups(`rampart-${plan.id}`);
  }
  process.stderr.write(`The cluster is down. Its data stays in ${layout.data}.\n`);
}

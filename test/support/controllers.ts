/** Controllers by themselves beside a control plane, each under its own identity and with no more than its own rights. */

import type { ControlPlane } from "../../src/cli/control-plane.ts";
import type { Client } from "../../src/client/client.ts";
import { connect } from "../../src/client/connect.ts";
import type { AnyController } from "../../src/client/controller.ts";
import { runAll } from "../../src/client/run-all.ts";
import { grantRoles } from "../../src/controllers/grant.ts";
import { type Clock, systemClock } from "../../src/machinery/clock.ts";
import { createLog } from "../../src/machinery/log.ts";

/** A clock that runs so many times as fast, so that minutes pass in a test. */
export function fastClock(times: number): Clock {
  const began = Date.now();
  return { now: () => began + (Date.now() - began) * times, after: (delayMs, callback) => systemClock.after(delayMs / times, callback) };
}

export interface RunningControllers extends AsyncDisposable {
  /** The administrator's. */
  readonly client: Client;
}

export async function runControllers(cluster: ControlPlane, controllers: readonly AnyController[], clock: Clock = systemClock): Promise<RunningControllers> {
  const { cert, key } = cluster.identity("admin", ["system:masters"]);
  const access = { server: cluster.url, ca: cluster.ca, certificate: () => ({ cert, key }) };
  const client = connect({ access, component: "test" });
  await grantRoles(client, controllers);
  const stopping = new AbortController();
  await runAll({ access, component: "test", controllers, clock, log: createLog("test", "error"), signal: stopping.signal });
  return {
    client,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await client.transport.close();
    },
  };
}

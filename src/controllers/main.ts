/** The process of the controllers: each works under an identity of its own, with the rights that it declares. */

import { parseArgs } from "node:util";
import { readKubeconfig } from "../client/kubeconfig.ts";
import { runAll } from "../client/run-all.ts";
import { untilStopped } from "../client/until-stopped.ts";
import { systemClock } from "../machinery/clock.ts";
import { createLog } from "../machinery/log.ts";
import { controllers } from "./index.ts";

/** @param args `--kubeconfig FILE` of a user who may read what controllers watch and mint their tokens (`system:kube-controller-manager`) */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { kubeconfig: { type: "string" } }, strict: true });
  if (!values.kubeconfig) throw new Error("controllers: --kubeconfig FILE is missing");
  const log = createLog("controllers");
  const access = readKubeconfig(values.kubeconfig);
  await untilStopped(async (signal) => {
    await runAll({ access, component: "controllers", controllers, clock: systemClock, log, signal });
    log.ready({ controllers: controllers.length });
  });
}

/** The process of the controllers: each works under an identity of its own, with the rights that it declares. */

import { parseArgs } from "node:util";
import { readKubeconfig } from "../client/kubeconfig.ts";
import { runAll } from "../client/run-all.ts";
import { systemClock } from "../machinery/clock.ts";
import { createLog } from "../machinery/log.ts";
import { controllers } from "./index.ts";

/** @param args `--kubeconfig FILE` of a user who may read what controllers watch and mint their tokens (`system:kube-controller-manager`) */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { kubeconfig: { type: "string" } }, strict: true });
  if (!values.kubeconfig) throw new Error("controllers: --kubeconfig FILE is missing");
  const log = createLog("controllers");
  const end = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => end.abort());
  await runAll({ access: readKubeconfig(values.kubeconfig), component: "controllers", controllers, clock: systemClock, log, signal: end.signal });
  log.ready({ controllers: controllers.length });
  await new Promise<void>((resolve) => {
    const alive = setInterval(() => undefined, 2 ** 30);
    end.signal.addEventListener("abort", () => {
      clearInterval(alive);
      resolve();
    });
  });
}

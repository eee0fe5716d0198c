/** The process of the controllers: each works under an identity of its own, with the rights that it declares. */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { connect } from "../client/connect.ts";
import { readKubeconfig } from "../client/kubeconfig.ts";
import { runAll } from "../client/run-all.ts";
import { untilStopped } from "../client/until-stopped.ts";
import { systemClock } from "../machinery/clock.ts";
import { createLog } from "../machinery/log.ts";
import { grantRoles } from "./grant.ts";
import { controllers } from "./index.ts";

/** @param args `--kubeconfig FILE` of a user who may read what controllers watch and mint their tokens (`system:kube-controller-manager`); `--root-ca FILE`, `--pod-cidr CIDR` */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { kubeconfig: { type: "string" }, "root-ca": { type: "string" }, "pod-cidr": { type: "string", default: "10.244.0.0/16" } },
    strict: true,
  });
  if (!values.kubeconfig) throw new Error("controllers: --kubeconfig FILE is missing");
  const log = createLog("controllers");
  const access = readKubeconfig(values.kubeconfig);
  await untilStopped(async (signal) => {
    const rootCa = values["root-ca"] ? readFileSync(values["root-ca"], "utf8") : access.ca;
    const all = controllers({ rootCa, podCidr: values["pod-cidr"] });
    const own = connect({ access, component: "controllers" });
    if (await grantRoles(own, all)) log.info("the controllers' roles were applied", { roles: all.length });
    await own.transport.close();
    await runAll({ access, component: "controllers", controllers: all, clock: systemClock, log, signal });
    log.ready({ controllers: all.length });
  });
}

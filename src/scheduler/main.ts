/** The process of the scheduler. */

import { parseArgs } from "node:util";
import { Namespace, Node, Pod } from "../api/resources.ts";
import { connectByKubeconfig } from "../client/connect.ts";
import { InformerSet } from "../client/informers.ts";
import { createRecorder } from "../client/recorder.ts";
import { untilStopped } from "../client/until-stopped.ts";
import { systemClock } from "../machinery/clock.ts";
import { createLog } from "../machinery/log.ts";
import { plugins } from "./plugins/index.ts";
import { startScheduler } from "./scheduler.ts";

/** @param args `--kubeconfig FILE` of `system:kube-scheduler` */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { kubeconfig: { type: "string" } }, strict: true });
  if (!values.kubeconfig) throw new Error("scheduler: --kubeconfig FILE is missing");
  const log = createLog("scheduler");
  const client = connectByKubeconfig(values.kubeconfig, "scheduler");
  await untilStopped(async (signal) => {
    const clock = systemClock;
    const informers = new InformerSet({ client, clock, signal, onError: (error) => log.warn("list or watch failed, trying again", { error: String(error) }) });
    const recorder = createRecorder({ client: () => client, clock, onError: (error) => log.debug("could not record an event", { error: String(error) }) });
    for (const resource of [Node, Pod, Namespace]) informers.of(resource);
    await informers.start();
    startScheduler({ client, informers, clock, signal, recorder, plugins, random: Math.random, log: (message, facts) => log.warn(message, facts) });
    log.ready();
  });
  await client.transport.close();
}

/** The keeper of the CA keys: its own process, which signs approved requests and can do nothing else. */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { connectByKubeconfig } from "../client/connect.ts";
import { InformerSet } from "../client/informers.ts";
import { createRecorder } from "../client/recorder.ts";
import { runController } from "../client/run-controller.ts";
import { untilStopped } from "../client/until-stopped.ts";
import { loadAuthority } from "../machinery/certificates/issue.ts";
import { systemClock } from "../machinery/clock.ts";
import { createLog } from "../machinery/log.ts";
import { signer } from "./sign.ts";

const FILES = ["kubeconfig", "client-ca", "client-ca-key", "serving-ca", "serving-ca-key"] as const;

/** @param args `--kubeconfig FILE` and the two authorities' `--client-ca[-key] FILE`, `--serving-ca[-key] FILE` */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: Object.fromEntries(FILES.map((name) => [name, { type: "string" as const }])), strict: true });
  const file = (name: (typeof FILES)[number]): string => {
    const path = values[name];
    if (typeof path !== "string") throw new Error(`signer: --${name} FILE is missing`);
    return path;
  };
  const text = (name: (typeof FILES)[number]): string => readFileSync(file(name), "utf8");
  const authorities = {
    client: loadAuthority({ cert: text("client-ca"), key: text("client-ca-key") }),
    serving: loadAuthority({ cert: text("serving-ca"), key: text("serving-ca-key") }),
  };
  const log = createLog("signer");
  const client = connectByKubeconfig(file("kubeconfig"), "signer");
  await untilStopped(async (signal) => {
    const clock = systemClock;
    const informers = new InformerSet({ client, clock, signal, onError: (error) => log.warn("list or watch failed, trying again", { error: String(error) }) });
    const recorder = createRecorder({ client: () => client, clock, onError: (error) => log.debug("could not record an event", { error: String(error) }) });
    const declaration = signer(authorities);
    informers.of(declaration.for);
    await informers.start();
    runController(declaration, { client, informers, clock, signal, recorder, log: (message, facts) => log.warn(message, { facts: JSON.stringify(facts) }) });
    log.ready();
  });
  await client.transport.close();
}

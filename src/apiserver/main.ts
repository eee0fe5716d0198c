/** The process of the API server: its configuration file, the embedded store, one instance or several, and an orderly end. */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { systemClock } from "../machinery/clock.ts";
import { hardenBuiltIns } from "../machinery/hardening.ts";
import { createLog } from "../machinery/log.ts";
import { sqliteStore } from "../storage/sqlite/store.ts";
import type { ApiServerConfig } from "./config.ts";
import { runAll } from "./instances/all.ts";

/** After SIGTERM open requests have so long to end. */
const DRAIN_MS = 5000;

/** @param args `--config FILE` */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { config: { type: "string" } }, strict: true });
  if (!values.config) throw new Error("apiserver: --config FILE is missing");
  hardenBuiltIns();
  const config: ApiServerConfig = JSON.parse(readFileSync(values.config, "utf8"));
  const { instances = 1 } = config;
  if (!Number.isInteger(instances) || instances < 1 || instances > INSTANCES_MAX) throw new Error(`apiserver: instances must be 1 to ${INSTANCES_MAX}`);
  const log = createLog("apiserver");
  const store = await sqliteStore({ file: config.store, keyFile: config.sealingKey, clock: systemClock, shared: instances > 1 });
  const running = await runAll({ config, count: instances, store, log });
  if (config.allowTls12) log.warn("TLS 1.2 is accepted: weaker than the default");
  log.ready({ port: running.port, ...(instances > 1 && { instances }) });
  const signal = await stopSignal();
  log.info("stopping", { signal });
  await running.stop(DRAIN_MS);
  await store.close();
}

/** More than machines have cores to give. */
const INSTANCES_MAX = 64;

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, resolve);
  });
}

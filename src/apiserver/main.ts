/** The process of the API server: its configuration file, the embedded store, the keeper of the record, and an orderly end. */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { kinds } from "../api/index.ts";
import { systemClock } from "../machinery/clock.ts";
import { createDialer, PURPOSES } from "../machinery/dialer.ts";
import { hardenBuiltIns } from "../machinery/hardening.ts";
import { createLog } from "../machinery/log.ts";
import { systemRandom } from "../machinery/random.ts";
import { auditSink } from "../security/audit/sink.ts";
import { sqliteStore } from "../storage/sqlite/store.ts";
import type { ApiServerConfig } from "./config.ts";
import { flagsOf } from "./flags.ts";
import { startApiServer } from "./server.ts";

/** After SIGTERM open requests have so long to end. */
const DRAIN_MS = 5000;

/** @param args `--config FILE` */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { config: { type: "string" } }, strict: true });
  if (!values.config) throw new Error("apiserver: --config FILE is missing");
  hardenBuiltIns();
  const config: ApiServerConfig = JSON.parse(readFileSync(values.config, "utf8"));
  const text = (file: string): string => readFileSync(file, "utf8");
  const log = createLog("apiserver");
  const clock = systemClock;
  const dialer = createDialer({ ranges: { pods: [config.podCidr], services: [config.serviceCidr] } });
  const store = await sqliteStore({ file: config.store, keyFile: config.sealingKey, clock });
  const audit = auditSink({ connect: () => dialer.unix(config.auditSocket), clock });
  const server = await startApiServer({
    listen: config.listen,
    port: config.port,
    ...(config.advertiseAddress !== undefined && { advertiseAddress: config.advertiseAddress }),
    certificate: text(config.servingCertificate),
    key: text(config.servingKey),
    clientCa: text(config.clientCa),
    frontProxyCa: text(config.frontProxyCa),
    ...(config.allowTls12 && { allowTls12: true }),
    tokens: { key: text(config.serviceAccountKey), issuer: config.serviceAccountIssuer },
    settings: { serviceRange: config.serviceCidr, nodePorts: config.nodePorts, ...(config.enableCbor && { cbor: true }) },
    outgoing: {
      dialer,
      extensions: config.localExtensions ? PURPOSES.localExtension : PURPOSES.extension,
      kubelet: { certificate: text(config.kubeletClientCertificate), key: text(config.kubeletClientKey), servingCa: text(config.servingCa) },
      frontProxy: { certificate: text(config.frontProxyClientCertificate), key: text(config.frontProxyClientKey) },
    },
    kinds,
    store,
    operations: { storeFile: config.store, flags: flagsOf(config), seats: config.requestsInFlight, watchesPerUser: config.watchesPerUser },
    audit,
    clock,
    random: systemRandom,
    log,
  });
  if (config.allowTls12) log.warn("TLS 1.2 is accepted: weaker than the default");
  log.ready({ port: server.port });
  const signal = await stopSignal();
  log.info("stopping", { signal });
  await server.close(DRAIN_MS);
  await audit.close();
  await store.close();
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, resolve);
  });
}

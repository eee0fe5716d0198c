/** The process of the API server: its configuration file, the embedded store, the keeper of the record, and an orderly end. */

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { parseArgs } from "node:util";
import { kinds } from "../api/index.ts";
import { systemClock } from "../machinery/clock.ts";
import { createDialer, PURPOSES } from "../machinery/dialer.ts";
import { hardenBuiltIns } from "../machinery/hardening.ts";
import { createLog } from "../machinery/log.ts";
import { systemRandom } from "../machinery/random.ts";
import { type AdmissionSettings, readAdmissionConfiguration } from "../security/admission/configuration.ts";
import { auditSink } from "../security/audit/sink.ts";
import { sqliteStore } from "../storage/sqlite/store.ts";
import { type ApiServerConfig, requestHeaderOf } from "./config.ts";
import { flagsOf } from "./flags.ts";
import type { OperationsSettings } from "./operations.ts";
import { type Followed, followFiles } from "./reload.ts";
import { type ApiServer, startApiServer } from "./server.ts";
import { readTracing } from "./tracing/configuration.ts";

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
  const kubelet = { certificate: text(config.kubeletClientCertificate), key: text(config.kubeletClientKey), servingCa: text(config.servingCa) };
  const server = await startApiServer({
    listen: config.listen,
    port: config.port,
    ...(config.advertiseAddress !== undefined && { advertiseAddress: config.advertiseAddress }),
    certificate: text(config.servingCertificate),
    key: text(config.servingKey),
    clientCa: text(config.clientCa),
    frontProxyCa: text(config.frontProxyCa),
    ...(config.allowTls12 && { allowTls12: true }),
    rootCa: kubelet.servingCa,
    tokens: { key: text(config.serviceAccountKey), issuer: config.serviceAccountIssuer },
    settings: {
      serviceRange: config.serviceCidr,
      nodePorts: config.nodePorts,
      requestHeader: requestHeaderOf(config),
      ...(config.admissionConfiguration !== undefined && { admission: admissionOf(config.admissionConfiguration) }),
      ...(config.enableCbor && { cbor: true }),
    },
    outgoing: {
      dialer,
      extensions: config.localExtensions ? PURPOSES.localExtension : PURPOSES.extension,
      kubelet,
      frontProxy: { certificate: text(config.frontProxyClientCertificate), key: text(config.frontProxyClientKey) },
    },
    kinds,
    store,
    operations: operationsOf(config),
    audit,
    clock,
    random: systemRandom,
    log,
  });
  if (config.allowTls12) log.warn("TLS 1.2 is accepted: weaker than the default");
  log.ready({ port: server.port });
  const stopFollowing = followFiles(certificatesOf(config, server, kubelet), clock, log);
  const signal = await stopSignal();
  stopFollowing();
  log.info("stopping", { signal });
  await server.close(DRAIN_MS);
  await audit.close();
  await store.close();
}

/** What a plug-in's `path` names lies beside the file. */
function admissionOf(file: string): AdmissionSettings {
  return readAdmissionConfiguration(readFileSync(file, "utf8"), (path) => readFileSync(resolve(dirname(file), path), "utf8"));
}

function operationsOf(config: ApiServerConfig): OperationsSettings {
  const { requestsInFlight, watchesPerUser, tracingConfiguration, shutdownDelayMs, shutdownSendRetryAfter, shutdownWatchGraceMs } = config;
  const tracing = tracingConfiguration === undefined ? undefined : readTracing(readFileSync(tracingConfiguration, "utf8"));
  const shutdown = { delayMs: shutdownDelayMs, sendRetryAfter: shutdownSendRetryAfter, watchGraceMs: shutdownWatchGraceMs };
  return { storeFile: config.store, flags: flagsOf(config), seats: requestsInFlight, watchesPerUser, shutdown, tracing };
}

/** What may be exchanged under the running server. */
function certificatesOf(config: ApiServerConfig, server: ApiServer, kubelet: { certificate: string; key: string; servingCa: string }): Followed[] {
  return [
    {
      what: "serving certificate",
      files: [config.servingCertificate, config.servingKey],
      apply: ([certificate, key]) => server.setCertificate(certificate!, key!),
    },
    { what: "client authorities", files: [config.clientCa], apply: ([bundle]) => server.setClientCa(bundle!) },
    { what: "front proxies' authorities", files: [config.frontProxyCa], apply: ([bundle]) => server.setFrontProxyCa(bundle!) },
    {
      what: "kubelet client certificate",
      files: [config.kubeletClientCertificate, config.kubeletClientKey, config.servingCa],
      apply([certificate, key, servingCa]) {
        createSecureContext({ cert: certificate, key, ca: servingCa });
        Object.assign(kubelet, { certificate, key, servingCa });
      },
    },
  ];
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, resolve);
  });
}

/** One API server from its configuration: what each thread of the process runs. */

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { kinds } from "../../api/index.ts";
import { systemClock } from "../../machinery/clock.ts";
import { createDialer, PURPOSES } from "../../machinery/dialer.ts";
import type { Log } from "../../machinery/log.ts";
import { systemRandom } from "../../machinery/random.ts";
import { type AdmissionSettings, readAdmissionConfiguration } from "../../security/admission/configuration.ts";
import { auditSink } from "../../security/audit/sink.ts";
import type { Store } from "../../storage/store.ts";
import { type ApiServerConfig, requestHeaderOf } from "../config.ts";
import { flagsOf } from "../flags.ts";
import type { OperationsSettings } from "../operations.ts";
import { type Followed, followFiles } from "../reload.ts";
import { type ApiServer, startApiServer } from "../server.ts";
import { readTracing } from "../tracing/configuration.ts";
import type { Instance } from "./instance.ts";

export interface RunOptions {
  readonly config: ApiServerConfig;
  /** Where it listens: the first of a process may find a free port for all. */
  readonly port: number;
  readonly store: Store;
  readonly instance: Instance;
  readonly log: Log;
}

export interface Running {
  readonly server: ApiServer;
  /** Lets open requests end for so long, then cuts them; the store is the caller's to close. */
  stop(graceMs: number): Promise<void>;
}

/** @returns once it answers requests */
export async function runInstance({ config, port, store, instance, log }: RunOptions): Promise<Running> {
  const text = (file: string): string => readFileSync(file, "utf8");
  const clock = systemClock;
  const dialer = createDialer({ ranges: { pods: [config.podCidr], services: [config.serviceCidr] } });
  const audit = auditSink({ connect: () => dialer.unix(config.auditSocket), clock });
  const kubelet = { certificate: text(config.kubeletClientCertificate), key: text(config.kubeletClientKey), servingCa: text(config.servingCa) };
  const server = await startApiServer({
    instance,
    listen: config.listen,
    port,
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
  const stopFollowing = followFiles(certificatesOf(config, server, kubelet), clock, log);
  return {
    server,
    async stop(graceMs) {
      stopFollowing();
      await server.close(graceMs);
      await audit.close();
    },
  };
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

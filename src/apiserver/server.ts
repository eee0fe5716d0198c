/** An API server instance: store, caches, access, endpoints and the door, put together and started in their order. */

import type { Kind } from "../api/kind.ts";
import { schema } from "../api/schemas.ts";
import type { Clock } from "../machinery/clock.ts";
import type { Log } from "../machinery/log.ts";
import { MetricRegistry } from "../machinery/metrics/registry.ts";
import type { Random } from "../machinery/random.ts";
import type { AuditSink } from "../security/audit/sink.ts";
import type { Store } from "../storage/store.ts";
import { openAccess, type TokenFacts } from "./access.ts";
import { auditor } from "./auditor.ts";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import { StoreCaches } from "./cache/caches.ts";
import { CacheReader } from "./cache/reader.ts";
import type { ServerContext, ServerSettings } from "./call.ts";
import { type ServedCustomResources, serveCustomResources } from "./custom/index.ts";
import { discoveryEndpoints } from "./endpoints/discovery.ts";
import { healthEndpoints } from "./endpoints/health.ts";
import { issuerEndpoints } from "./endpoints/issuer.ts";
import { metricsEndpoint } from "./endpoints/metrics.ts";
import { openApiEndpoints } from "./endpoints/openapi.ts";
import { rootEndpoints } from "./endpoints/root.ts";
import { endpointTable } from "./endpoints/table.ts";
import { versionEndpoint } from "./endpoints/version.ts";
import { webhookClient } from "./extensions/webhook-client.ts";
import { dumpEndpoints } from "./flow/dump.ts";
import { FlowControl } from "./flow/flow-control.ts";
import { followConfiguration } from "./flow/follow.ts";
import { sizesOf } from "./flow/sizes.ts";
import { FlowTurns } from "./flow/turns.ts";
import { type Listener, listen } from "./http/listener.ts";
import { ServedKinds } from "./kind-table.ts";
import { type Loopback, loopback } from "./loopback.ts";
import { measuredAuthentication, measuredAuthorization } from "./metrics/access.ts";
import { collectServer } from "./metrics/collected.ts";
import { RequestBook } from "./metrics/requests.ts";
import { measuredStore } from "./metrics/store.ts";
import type { Outgoing } from "./outgoing.ts";
import { quarantineReport } from "./quarantine.ts";
import { decodeStored, encodeStored } from "./registry/codec.ts";
import { respond } from "./respond/answers.ts";
import { runner } from "./runner.ts";
import { Deadlines } from "./steps/deadline.ts";
import { verbFor } from "./verbs/index.ts";
import { watchEventLoop } from "./watchdog.ts";

export interface ApiServerOptions {
  /** Addresses to listen at; with port 0 the first gets a free port and the others the same. */
  readonly listen: readonly string[];
  readonly port: number;
  readonly advertiseAddress?: string;
  /** PEM of the serving certificate and its key, and of who signs client certificates. */
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string;
  readonly frontProxyCa?: string;
  readonly tokens: TokenFacts;
  readonly allowTls12?: boolean;
  readonly settings: ServerSettings;
  /** The way to nodes, pods and services: without it those subresources answer 503. */
  readonly outgoing?: Outgoing;
  /** How many requests that aren't exempt run at once: what priority levels divide among them. */
  readonly seats?: number;
  /** How many watches a user may have who isn't exempt. */
  readonly watchesPerUser?: number;
  readonly kinds: readonly Kind[];
  readonly store: Store;
  /** The store's file, where it has one: its size is told. */
  readonly storeFile?: string;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** As kube-apiserver: --max-requests-inflight and --max-mutating-requests-inflight together. */
const SEATS = 600;
const WATCHES_PER_USER = 4000;

export interface ApiServer {
  readonly port: number;
  readonly context: ServerContext;
  readonly loopback: Loopback;
  /** Fails `/readyz`, lets open requests end for so long, then cuts them. The store and the sink are the caller's to close. */
  close(graceMs: number): Promise<void>;
}

/** @returns once the server answers requests and its own objects stand */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clock, random, log, settings } = options;
  const registry = new MetricRegistry();
  const store = measuredStore(options.store, registry);
  const kinds = new ServedKinds(options.kinds);
  let custom: ServedCustomResources | undefined;
  const storedKind = (group: string, version: string, resource: string): Kind | undefined =>
    kinds.find(group, version, resource) ?? custom?.stored(group, version, resource);
  const caches = new StoreCaches({
    store,
    clock,
    decode: decodeStored,
    encode: encodeStored,
    read: (kind, value) => kind.form?.read(value) ?? value,
    storedKind,
    onDamaged: quarantineReport(options.audit, { clock, random, log }),
  });
  await caches.start();
  await caches.fill(kinds.all);
  const reader = new CacheReader(caches, (group, resource) => kinds.ofResource(group, resource));
  const served = serveCustomResources(kinds, caches, reader);
  custom = served;
  const { outgoing } = options;
  const webhooks = outgoing && webhookClient({ dialer: outgoing.dialer, purpose: outgoing.extensions, reader, clock, random });
  const access = openAccess({ clock, random, reader, clientCa: options.clientCa, tokens: options.tokens, webhooks });

  const deadlines = new Deadlines(clock);
  const watchdog = watchEventLoop(log, () => deadlines.underWay());
  const flowControl = new FlowControl({ clock, registry, seats: options.seats ?? SEATS, soon: setImmediate, sizes: sizesOf(caches, kinds, clock) });
  const turns = new FlowTurns(flowControl, clock, options.watchesPerUser ?? WATCHES_PER_USER);
  const metrics = new RequestBook(registry);
  collectServer({ registry, kinds, caches, turns, watchdog, clock, storeFile: options.storeFile });
  let started = false;
  let draining = false;
  const checks = [
    { name: "ping", on: ["livez", "readyz", "healthz"] as const, check: () => {} },
    { name: "etcd", on: ["livez", "readyz", "healthz"] as const, check: () => store.revision().then(() => {}) },
    {
      name: "poststarthook/start-own-objects",
      expected: true as const,
      on: ["readyz", "healthz"] as const,
      check() {
        if (!started) throw new Error("the server's own objects don't stand yet");
      },
    },
    {
      name: "shutdown",
      expected: true as const,
      on: ["readyz"] as const,
      check() {
        if (draining) throw new Error("the process is shutting down");
      },
    },
  ];
  const handshakeErrors = registry.counter({ name: "apiserver_tls_handshake_errors_total", help: "TLS handshakes that failed.", stability: "ALPHA" }).of();
  const listeners: Listener[] = [];
  const advertised = options.advertiseAddress ?? options.listen[0]!;
  const issuer = issuerEndpoints({ keys: access.tokenKeys, issuer: options.tokens.issuer, address: () => `${advertised}:${listeners[0]?.port}` });
  const rows = [...healthEndpoints(checks), versionEndpoint, ...dumpEndpoints(flowControl), metricsEndpoint(registry), ...issuer];
  const discovery = discoveryEndpoints(kinds, () => `${advertised}:${listeners[0]?.port}`);
  const endpoints = endpointTable(
    [...rows, ...rootEndpoints(kinds, rows)],
    [discovery, openApiEndpoints({ kinds, resolve: schema, parts: () => served.parts() })],
  );
  const { authorizer, rulesOf, tokens, plugins } = access;
  const authenticate = measuredAuthentication(access.authenticate, registry, clock);
  const front = {
    authenticate,
    authorizer: measuredAuthorization(authorizer, registry),
    rulesOf,
    tokens,
    audit: auditor(options.audit, registry),
    endpoints,
    turns,
    metrics,
    log,
  };
  const extended = { ...(outgoing && { outgoing }), ...(webhooks && { webhooks }) };
  const context: ServerContext = { store, kinds, caches, reader, authorizer, plugins, clock, random, respond, settings, front, ...extended };
  const handle = runner(context, verbFor, deadlines);
  const self = loopback(handle);

  for (const host of options.listen) {
    const { certificate, key, allowTls12 } = options;
    listeners.push(
      await listen({
        host,
        port: listeners[0]?.port ?? options.port,
        certificate,
        key,
        ...(allowTls12 && { allowTls12 }),
        clock,
        handle,
        onHandshakeError: () => handshakeErrors.add(),
      }),
    );
  }
  const { port } = listeners[0]!;
  const stopKeeping = await bootstrap({
    loopback: self,
    reader,
    clock,
    log,
    facts: {
      serviceRange: settings.serviceRange,
      advertiseAddress: advertised,
      port,
      clientCa: options.clientCa,
      frontProxyCa: options.frontProxyCa,
    },
  });
  const stopFollowing = followConfiguration({ flowControl, reader, loopback: self, clock, log });
  served.keep(self, { clock, log });
  started = true;
  return {
    port,
    context,
    loopback: self,
    async close(graceMs) {
      draining = true;
      stopKeeping();
      served.stop();
      watchdog.stop();
      stopFollowing();
      flowControl.close();
      await Promise.all(listeners.map((listener) => listener.close(graceMs)));
      access.close();
      webhooks?.close();
      caches.stop();
    },
  };
}

/** An API server instance: store, caches, access, endpoints and the door, put together and started in their order. */

import { hostname } from "node:os";
import { createSecureContext } from "node:tls";
import type { Kind } from "../api/kind.ts";
import { schema } from "../api/schemas.ts";
import type { Clock } from "../machinery/clock.ts";
import type { Log } from "../machinery/log.ts";
import { MetricRegistry } from "../machinery/metrics/registry.ts";
import type { Random } from "../machinery/random.ts";
import type { AuditSink } from "../security/audit/sink.ts";
import { REMOTE_HEADERS } from "../security/authn/request-header.ts";
import type { Store } from "../storage/store.ts";
import { openAccess, type TokenFacts } from "./access.ts";
import { aggregation } from "./aggregation/aggregation.ts";
import { joined } from "./aggregation/joined.ts";
import { Aside } from "./aside/aside.ts";
import { auditor } from "./auditor.ts";
import { bootstrap, type Keeping } from "./bootstrap/bootstrap.ts";
import { keepIdentity } from "./bootstrap/identity-lease.ts";
import { type LabelToken, tokenLabels } from "./bootstrap/legacy-token-labels.ts";
import { keepLegacyTokens } from "./bootstrap/legacy-tokens.ts";
import { FRONT_PROXY_CLIENT } from "./bootstrap/objects.ts";
import { StoreCaches } from "./cache/caches.ts";
import { CacheReader } from "./cache/reader.ts";
import type { ServerContext, ServerSettings } from "./call.ts";
import { type ServedCustomResources, serveCustomResources } from "./custom/index.ts";
import { discoveryEndpoints } from "./endpoints/discovery.ts";
import { issuerEndpoints } from "./endpoints/issuer.ts";
import { openApiEndpoints } from "./endpoints/openapi.ts";
import { rootEndpoints } from "./endpoints/root.ts";
import { endpointTable } from "./endpoints/table.ts";
import { versionEndpoint } from "./endpoints/version.ts";
import { webhookClient } from "./extensions/webhook-client.ts";
import { type Listener, listen } from "./http/listener.ts";
import { caughtUp } from "./instances/caught-up.ts";
import { ALONE, type Counted, type Instance } from "./instances/instance.ts";
import { ServedKinds } from "./kind-table.ts";
import { type Loopback, loopback } from "./loopback.ts";
import { measuredAuthentication, measuredAuthorization } from "./metrics/access.ts";
import { collectAllocators } from "./metrics/allocators.ts";
import { callNotes } from "./metrics/calls.ts";
import { QueueMetrics } from "./metrics/queues.ts";
import { measuredStore } from "./metrics/store.ts";
import { type OperationsSettings, openOperations } from "./operations.ts";
import type { Outgoing } from "./outgoing.ts";
import { quarantineReport } from "./quarantine.ts";
import { decodeStored, encodeStored } from "./registry/codec.ts";
import { respond } from "./respond/answers.ts";
import { runner } from "./runner.ts";
import { verbFor } from "./verbs/index.ts";

export interface ApiServerOptions {
  /** Its place among the instances of this process; it is the only one where absent. */
  readonly instance?: Instance;
  /** Addresses to listen at; with port 0 the first gets a free port and the others the same. */
  readonly listen: readonly string[];
  readonly port: number;
  readonly advertiseAddress?: string;
  /** PEM of the serving certificate and its key, and of who signs client certificates. */
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string;
  readonly frontProxyCa?: string;
  /** PEM of the authority of the serving certificate: token secrets tell it to who reads them. */
  readonly rootCa?: string;
  readonly tokens: TokenFacts;
  readonly allowTls12?: boolean;
  readonly settings: ServerSettings;
  /** The way to nodes, pods and services: without it those subresources answer 503. */
  readonly outgoing?: Outgoing;
  readonly kinds: readonly Kind[];
  readonly store: Store;
  readonly operations?: OperationsSettings;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface ApiServer {
  readonly port: number;
  readonly context: ServerContext;
  readonly loopback: Loopback;
  /** What this instance has counted. */
  counted(): Promise<Counted>;
  /** Fails `/readyz`, lets open requests end for so long, then cuts them. The store and the sink are the caller's to close. */
  close(graceMs: number): Promise<void>;
  /** New connections get this serving certificate. Throws where certificate and key don't belong together. */
  setCertificate(certificate: string, key: string): void;
  /** From now on clients' certificates are held against these authorities, and extension servers are told so. Throws for what is no bundle. */
  setClientCa(bundle: string): void;
  /** The same for front proxies' certificates. */
  setFrontProxyCa(bundle: string): void;
}

/** @returns once the server answers requests and its own objects stand */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clock, random, log, settings, instance = ALONE } = options;
  const first = instance.index === 0;
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
    prepare: (kind, values) => kind.form?.prepare?.(values),
    storedKind,
    ...(first && { onDamaged: quarantineReport(options.audit, { clock, random, log }) }),
  });
  await caches.start();
  await caches.fill(kinds.all);
  const reader = new CacheReader(caches, (group, resource) => kinds.ofResource(group, resource));
  const { outgoing } = options;
  collectAllocators(registry, reader, settings);
  const note = callNotes(registry);
  const queues = new QueueMetrics(registry, () => clock.now());
  const webhooks = outgoing && webhookClient({ dialer: outgoing.dialer, purpose: outgoing.extensions, reader, clock, random, note });
  const remote = outgoing && aggregation({ outgoing, reader, clock, random, log, registry, keepsConditions: first });
  const served = serveCustomResources({ kinds, caches, reader, webhooks, random, traced: () => operations.tracer?.begin(undefined) });
  custom = served;
  let { clientCa, frontProxyCa } = options;
  const requestHeader = settings.requestHeader ?? { ...REMOTE_HEADERS, allowedNames: [FRONT_PROXY_CLIENT] };
  let labelToken: LabelToken = () => {};
  const aside = new Aside(clock);
  const access = openAccess({
    elsewhere: aside,
    clock,
    random,
    reader,
    clientCa,
    frontProxyCa,
    requestHeader,
    tokens: options.tokens,
    labelToken: (secret, day) => labelToken(secret, day),
    admission: settings.admission,
    webhooks,
    registry,
  });

  const operations = openOperations({
    settings: options.operations ?? {},
    instance,
    registry,
    store,
    kinds,
    caches,
    clock,
    random,
    log,
    filled: options.kinds,
    dialer: outgoing?.dialer,
  });
  const listeners: Listener[] = [];
  const advertised = options.advertiseAddress ?? options.listen[0]!;
  const issuer = issuerEndpoints({ keys: access.tokenKeys, issuer: options.tokens.issuer, address: () => `${advertised}:${listeners[0]?.port}` });
  const rows = [...operations.rows, versionEndpoint, ...issuer];
  const discovery = discoveryEndpoints(kinds, () => `${advertised}:${listeners[0]?.port}`, remote?.versions);
  const parts = joined(() => served.parts(), ...(remote ? [remote.parts] : []));
  const endpoints = endpointTable([...rows, ...rootEndpoints(kinds, rows)], [discovery, openApiEndpoints({ kinds, resolve: schema, parts })]);
  const { authorizer, rulesOf, tokens, plugins } = access;
  const authenticate = measuredAuthentication(access.authenticate, registry, clock);
  const front = {
    authenticate,
    authorizer: measuredAuthorization(authorizer, registry),
    rulesOf,
    tokens,
    audit: auditor(options.audit, registry),
    endpoints,
    turns: operations.turns,
    metrics: operations.metrics,
    ...(operations.tracer && { tracer: operations.tracer }),
    log,
  };
  const extended = { ...(outgoing && { outgoing }), ...(webhooks && { webhooks }), ...(remote && { aggregation: remote }) };
  const context: ServerContext = { store, kinds, caches, reader, authorizer, plugins, clock, random, respond, settings, front, aside, ...extended };
  const run = runner(context, verbFor, operations.deadlines);
  const self = loopback(run, note);
  labelToken = tokenLabels(self, log);
  const handle = instance.count > 1 ? caughtUp(run, caches, clock) : run;

  for (const host of options.listen) {
    const { certificate, key, allowTls12 } = options;
    listeners.push(
      await listen({
        host,
        port: listeners[0]?.port ?? options.port,
        certificate,
        key,
        ...(allowTls12 && { allowTls12 }),
        reusePort: instance.count > 1,
        clock,
        handle,
        onHandshakeError: operations.onHandshakeError,
      }),
    );
  }
  const { port } = listeners[0]!;
  const upkeep = first ? await keepCluster() : undefined;
  operations.follow(reader, self, queues);
  if (first) served.keep(self, { clock, log });
  remote?.start(self);
  await instance.begin?.(port);
  operations.phase.started = true;
  return {
    port,
    context,
    loopback: self,
    counted: operations.counted,
    setCertificate(certificate, key) {
      createSecureContext({ cert: certificate, key });
      for (const listener of listeners) listener.setCertificate(certificate, key);
    },
    setClientCa(bundle) {
      access.setClientCa(bundle);
      clientCa = bundle;
      upkeep?.look();
    },
    setFrontProxyCa(bundle) {
      access.setFrontProxyCa(bundle);
      frontProxyCa = bundle;
      upkeep?.look();
    },
    async close(graceMs) {
      await operations.drain(graceMs);
      upkeep?.stop();
      served.stop();
      await Promise.all(listeners.map((listener) => listener.close(graceMs)));
      await operations.close();
      access.close();
      await aside[Symbol.asyncDispose]();
      webhooks?.close();
      remote?.stop();
      caches.stop();
    },
  };

  /** What one server of a process does for all: the cluster's own objects, and the sign that the process lives. */
  async function keepCluster(): Promise<Keeping> {
    const keeping = await bootstrap({
      queues,
      loopback: self,
      reader,
      clock,
      log,
      kinds: options.kinds,
      facts: () => ({ serviceRange: settings.serviceRange, advertiseAddress: advertised, port, clientCa, frontProxyCa, requestHeader }),
    });
    const stopLease = await keepIdentity({ loopback: self, reader, clock, random, log, host: hostname(), address: `${advertised}:${port}` });
    const stopTokens = keepLegacyTokens({ queues, loopback: self, reader, clock, log, keys: access.tokenKeys, rootCa: options.rootCa });
    return {
      look: () => keeping.look(),
      stop() {
        stopLease();
        stopTokens();
        keeping.stop();
      },
    };
  }
}

/** What bounds a running server and what an administrator sees of it: turns, health, metrics, pages for debugging. Put together here, used by `server.ts`. */

import type { Kind } from "../api/kind.ts";
import type { Clock } from "../machinery/clock.ts";
import type { Dialer } from "../machinery/dialer.ts";
import type { Log } from "../machinery/log.ts";
import type { MetricRegistry } from "../machinery/metrics/registry.ts";
import type { Random } from "../machinery/random.ts";
import type { Reader } from "../security/reader.ts";
import type { Store } from "../storage/store.ts";
import type { StoreCaches } from "./cache/caches.ts";
import { debugEndpoints } from "./endpoints/debug.ts";
import { healthEndpoints } from "./endpoints/health.ts";
import { healthChecks, type Phase } from "./endpoints/health-checks.ts";
import { metricsEndpoint } from "./endpoints/metrics.ts";
import { HealthSeries } from "./endpoints/slis.ts";
import type { EndpointRow } from "./endpoints/table.ts";
import { zPages } from "./endpoints/zpages.ts";
import { dumpEndpoints } from "./flow/dump.ts";
import { FlowControl } from "./flow/flow-control.ts";
import { followConfiguration } from "./flow/follow.ts";
import { sizesOf } from "./flow/sizes.ts";
import { FlowTurns } from "./flow/turns.ts";
import { userCounts } from "./flow/user-counts.ts";
import { type Counted, type Instance, shareOf } from "./instances/instance.ts";
import type { ServedKinds } from "./kind-table.ts";
import type { Loopback } from "./loopback.ts";
import { collectCaches } from "./metrics/caches.ts";
import { collectServer } from "./metrics/collected.ts";
import { constantMetrics } from "./metrics/constants.ts";
import { processMetrics } from "./metrics/process.ts";
import type { QueueMetrics } from "./metrics/queues.ts";
import { RequestBook } from "./metrics/requests.ts";
import { drain, type ShutdownSettings } from "./shutdown.ts";
import { Deadlines } from "./steps/deadline.ts";
import type { TracingSettings } from "./tracing/configuration.ts";
import { Tracer } from "./tracing/tracer.ts";
import { watchEventLoop } from "./watchdog.ts";

/** As kube-apiserver: --max-requests-inflight and --max-mutating-requests-inflight together. */
const SEATS = 600;
const WATCHES_PER_USER = 4000;

/** What an administrator may choose. */
export interface OperationsSettings {
  /** How many requests that aren't exempt run at once: what priority levels divide among them. */
  readonly seats?: number | undefined;
  /** How many watches a user may have who isn't exempt. */
  readonly watchesPerUser?: number | undefined;
  /** The store's file, where it has one: its size is told. */
  readonly storeFile?: string | undefined;
  readonly shutdown?: ShutdownSettings | undefined;
  /** Where traces go; none are made where absent. */
  readonly tracing?: TracingSettings | undefined;
  /** How the server was started, by the names of kube-apiserver's flags: `/flagz` shows them. */
  readonly flags?: ReadonlyMap<string, string> | undefined;
}

export interface OperationsOptions {
  readonly instance: Instance;
  readonly settings: OperationsSettings;
  readonly registry: MetricRegistry;
  readonly store: Store;
  readonly kinds: ServedKinds;
  readonly caches: StoreCaches;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Kinds whose caches are filled before the server is ready. */
  readonly filled: readonly Kind[];
  readonly dialer: Dialer | undefined;
}

export interface Operations {
  readonly phase: Phase;
  /** What this instance has counted. */
  counted(): Promise<Counted>;
  readonly turns: FlowTurns;
  readonly metrics: RequestBook;
  readonly deadlines: Deadlines;
  readonly tracer: Tracer | undefined;
  readonly rows: readonly EndpointRow[];
  /** Counts a TLS handshake that failed. */
  onHandshakeError(): void;
  /** Follows the objects that configure priority and fairness, from now on. */
  follow(reader: Reader, loopback: Loopback, queues?: QueueMetrics): void;
  /** Says to clients that the server is about to end, and waits for them. @returns once the door may be closed */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

export function openOperations({ settings, instance, registry, store, kinds, caches, clock, random, log, filled, dialer }: OperationsOptions): Operations {
  const { seats = SEATS, watchesPerUser = WATCHES_PER_USER, storeFile, flags = new Map() } = settings;
  const phase: Phase = { started: false, draining: false };
  const deadlines = new Deadlines(clock);
  const watchdog = watchEventLoop(log, () => deadlines.underWay());
  const flowControl = new FlowControl({ clock, registry, seats: shareOf(seats, instance), soon: setImmediate, sizes: sizesOf(caches, kinds, clock) });
  const turns = new FlowTurns(flowControl, clock, watchesPerUser, userCounts(instance.watches));
  const handshakeErrors = registry.counter({ name: "apiserver_tls_handshake_errors_total", help: "TLS handshakes that failed.", stability: "ALPHA" }).of();
  collectCaches(registry, kinds, caches);
  constantMetrics(registry);
  collectServer({ registry, kinds, caches, turns, watchdog, clock, storeFile });
  const series = new HealthSeries();
  const cachesFilled = (): boolean => filled.every((kind) => kind.rules.virtual || caches.stored(kind).filled);
  const checks = healthChecks({ store, phase, cachesFilled, after: (delayMs, callback) => clock.after(delayMs, callback) });
  const tracer = settings.tracing && dialer && new Tracer({ settings: settings.tracing, dialer, clock, random, log, registry });
  let stopFollowing = (): void => {};
  const process = processMetrics(instance);
  const counted = async (): Promise<Counted> => ({ own: registry.count(), health: series.count(), process: await process() });
  const logOfAll: Log = {
    ...log,
    setLevel(level) {
      log.setLevel?.(level);
      instance.others.setLogLevel(level);
    },
  };
  registry.gauge({ name: "rampart_apiserver_instances", help: "API servers in this process.", across: "largest" }).of().set(instance.count);
  return {
    phase,
    counted,
    turns,
    metrics: new RequestBook(registry),
    deadlines,
    tracer,
    rows: [
      ...healthEndpoints(checks, series),
      metricsEndpoint(counted, instance),
      series.endpoint(() => instance.others.counted()),
      ...zPages({ startedAt: clock.now(), now: () => clock.now(), flags }),
      ...dumpEndpoints(flowControl),
      ...debugEndpoints(logOfAll, (delayMs, callback) => clock.after(delayMs, callback)),
    ],
    onHandshakeError: () => handshakeErrors.add(),
    follow(reader, loopback, queues) {
      stopFollowing = followConfiguration({ ...(queues && { queues }), flowControl, reader, loopback, clock, log, tells: instance.index === 0 });
    },
    drain: (graceMs) => drain(phase, turns, settings.shutdown ?? {}, graceMs, clock, random),
    async close() {
      watchdog.stop();
      stopFollowing();
      flowControl.close();
      await tracer?.close();
    },
  };
}

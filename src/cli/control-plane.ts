/**
 * A control plane inside this process: `await using cluster = await startControlPlane()`. The real API server on a free port of the loopback address, over the
 * real store in a directory of its own. Tests, and developers of controllers, have a cluster in well under a second; when the block ends nothing is left.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds } from "../api/index.ts";
import { forgetfulSink } from "../apiserver/auditor.ts";
import { FRONT_PROXY_CLIENT } from "../apiserver/bootstrap/objects.ts";
import { startTogether } from "../apiserver/instances/in-one-thread.ts";
import type { OperationsSettings } from "../apiserver/operations.ts";
import type { Outgoing } from "../apiserver/outgoing.ts";
import type { ApiServer } from "../apiserver/server.ts";
import { type Authority, type Identity, newAuthority, newIdentity } from "../machinery/certificates/issue.ts";
import { newKeyPair } from "../machinery/certificates/keys.ts";
import { kubeconfig } from "../machinery/certificates/kubeconfig.ts";
import { type Clock, systemClock } from "../machinery/clock.ts";
import { createDialer, PURPOSES } from "../machinery/dialer.ts";
import { createLog, type Log } from "../machinery/log.ts";
import { type Random, systemRandom } from "../machinery/random.ts";
import type { AuditSink } from "../security/audit/sink.ts";
import { joinStore, type SharedStore, sqliteStore } from "../storage/sqlite/store.ts";
import type { Store } from "../storage/store.ts";

/** A part of the cluster that runs beside the API server and reaches it as it would anywhere: over the API, with a kubeconfig. */
export interface Component {
  readonly name: string;
  /** Who it is to the API: `system:kube-scheduler`. */
  readonly user: string;
  readonly groups?: readonly string[];
  /** @returns what stops it */
  start(cluster: ComponentEnvironment): Promise<AsyncDisposable>;
}

export interface ComponentEnvironment {
  readonly kubeconfig: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ControlPlaneOptions {
  /** Where the store lies; a temporary directory, removed at the end, where absent. */
  readonly directory?: string;
  /** Another store than SQLite: closed at the end. */
  readonly store?: Store;
  readonly audit?: AuditSink;
  /** The way to nodes, pods, services and extensions; without it extensions on this machine are all that is reached. */
  readonly outgoing?: Outgoing;
  /** Those of an earlier control plane over the same store, so that what was issued then is still good; new ones where absent. */
  readonly keys?: ControlPlaneKeys;
  /** Also speak CBOR. */
  readonly cbor?: boolean;
  readonly components?: readonly Component[];
  /** What an administrator may choose of the server's limits and of its end. */
  readonly operations?: OperationsSettings;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** 0, a free port, where absent. */
  readonly port?: number;
  /** API servers on the one port, all in this thread; `RAMPART_INSTANCES`, or one, where absent. */
  readonly instances?: number;
}

export interface ControlPlaneKeys {
  readonly authority: Authority;
  /** PEM of what signs service-account tokens. */
  readonly tokenKey: string;
}

export interface ControlPlane extends AsyncDisposable {
  /** `https://127.0.0.1:40123` */
  readonly url: string;
  /** PEM of the authority of the server's certificate. */
  readonly ca: string;
  /** Who signs clients' certificates. */
  readonly clientAuthority: Authority;
  /** Who signs the certificates of proxies that may say who asks. */
  readonly frontProxyAuthority: Authority;
  readonly keys: ControlPlaneKeys;
  readonly server: ApiServer;
  /** Text of a kubeconfig of the cluster's administrator, who may do all. */
  readonly adminKubeconfig: string;
  /** Text of a kubeconfig that logs a user in by certificate. */
  kubeconfig(user: string, groups?: readonly string[]): string;
  /** A client certificate of a user. */
  identity(user: string, groups?: readonly string[]): Identity;
  close(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
const HOST = "127.0.0.1";
const SETTINGS = { serviceRange: "10.96.0.0/16", nodePorts: [30_000, 32_767] } as const;

/** @returns a cluster that answers; it ends with `close`, or with the block it was declared in by `await using` */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const {
    instances = Number(process.env.RAMPART_INSTANCES ?? 1),
    clock = systemClock,
    random = systemRandom,
    log = createLog("control-plane", "warn"),
  } = options;
  const ending: (() => Promise<unknown> | unknown)[] = [];
  async function close(): Promise<void> {
    for (const end of ending.splice(0).toReversed()) await end();
  }
  try {
    return await start();
  } catch (error) {
    await close();
    throw error;
  }

  async function start(): Promise<ControlPlane> {
    const now = Date.now();
    const keys = options.keys ?? { authority: newAuthority({ commonName: "rampart-ca", lifetimeMs: DAY_MS, now }), tokenKey: newKeyPair().pem };
    const { authority } = keys;
    const serving = newIdentity(authority, {
      subject: { commonName: "kube-apiserver" },
      names: { ips: [HOST], dns: ["localhost", "kubernetes.default.svc"] },
      usages: ["digital signature", "server auth"],
      lifetimeMs: DAY_MS,
      now,
    });
    const proxies = newAuthority({ commonName: "rampart-front-proxy-ca", lifetimeMs: DAY_MS, now });
    const proxy = newIdentity(proxies, {
      subject: { commonName: FRONT_PROXY_CLIENT },
      usages: ["digital signature", "client auth"],
      lifetimeMs: DAY_MS,
      now,
    });
    const frontProxy = { certificate: proxy.cert, key: proxy.key };
    const own = options.store ? undefined : await openStore();
    const store = options.store ?? own!;
    ending.push(() => store.close());
    const common = {
      listen: [HOST],
      port: options.port ?? 0,
      certificate: serving.cert,
      key: serving.key,
      clientCa: authority.cert,
      rootCa: authority.cert,
      tokens: { key: keys.tokenKey, issuer: "https://kubernetes.default.svc.cluster.local" },
      settings: options.cbor ? { ...SETTINGS, cbor: true } : SETTINGS,
      kinds,
      audit: options.audit ?? forgetfulSink(),
      outgoing: { dialer: createDialer(), extensions: PURPOSES.localExtension, frontProxy, ...options.outgoing },
      frontProxyCa: proxies.cert,
      ...(options.operations && { operations: options.operations }),
      clock,
      random,
      log,
    };
    const joined = own ? Array.from({ length: instances - 1 }, () => joinStore(own.ticket(), clock)) : new Array<Store>(instances - 1).fill(store);
    if (own) ending.push(...joined.map((one) => () => one.close()));
    const server = await startTogether(common, [store, ...joined]);
    ending.push(() => server.close(0));
    const url = `https://${HOST}:${server.port}`;

    function identity(user: string, groups: readonly string[] = []): Identity {
      const subject = { commonName: user, organizations: groups };
      return newIdentity(authority, { subject, usages: ["digital signature", "client auth"], lifetimeMs: DAY_MS, now });
    }
    function kubeconfigOf(user: string, groups: readonly string[] = []): string {
      return kubeconfig({ server: url, ca: authority.cert, ...identity(user, groups) });
    }
    for (const component of options.components ?? []) {
      const running = await component.start({ kubeconfig: kubeconfigOf(component.user, component.groups), clock, log });
      ending.push(() => running[Symbol.asyncDispose]());
    }
    return {
      url,
      ca: authority.cert,
      clientAuthority: authority,
      frontProxyAuthority: proxies,
      keys,
      server,
      adminKubeconfig: kubeconfigOf("admin", ["system:masters"]),
      kubeconfig: kubeconfigOf,
      identity,
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  async function openStore(): Promise<SharedStore> {
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "rampart-control-plane-")));
    if (options.directory === undefined) ending.push(() => rm(directory, { recursive: true, force: true }));
    return sqliteStore({ file: join(directory, "state.db"), keyFile: join(directory, "sealing.key"), clock, shared: instances > 1 });
  }
}

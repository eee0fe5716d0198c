/** The node agent: joins the cluster, runs the pods that are bound to this node, tells what becomes of them, and answers the API server. */

import { mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { ConfigMap, Pod, RuntimeClass, Secret, Service } from "../api/resources.ts";
import type { ConfigMap as ConfigMapObject, Pod as PodObject, Secret as SecretObject, Service as ServiceObject } from "../api/tables/core-v1.ts";
import type { RuntimeClass as RuntimeClassObject } from "../api/tables/node-v1.ts";
import { connect } from "../client/connect.ts";
import { Informer } from "../client/informer.ts";
import { createRecorder } from "../client/recorder.ts";
import type { Clock } from "../machinery/clock.ts";
import { createDialer } from "../machinery/dialer.ts";
import type { Log } from "../machinery/log.ts";
import { Cgroups } from "./cgroups/pod-cgroup.ts";
import { Referenced } from "./cluster/referenced.ts";
import { referencesOf } from "./cluster/references-of.ts";
import { StatusReporter } from "./cluster/status-reporter.ts";
import { podTokens } from "./cluster/tokens.ts";
import { WatchPool } from "./cluster/watch-pool.ts";
import { createImagePuller } from "./images/image-puller.ts";
import { ROTATION_LIMITS, rotateLog } from "./logs/rotate-logs.ts";
import { type AgentPod, agentPod } from "./pods/agent-pod.ts";
import type { AgentContext, Note } from "./pods/context.ts";
import { PodWorkers } from "./pods/pod-workers.ts";
import { isRunning } from "./pods/seen.ts";
import { joinCluster, keepIdentityFresh } from "./registration/identity.ts";
import { NodeLease } from "./registration/lease.ts";
import { machineFacts } from "./registration/machine-facts.ts";
import { NodeObjectKeeper } from "./registration/node-object.ts";
import { keepServingCertificate } from "./registration/serving-certificate.ts";
import { criRuntime } from "./runtime/cri-runtime.ts";
import { inTurns } from "./runtime/in-turns.ts";
import { type NodeServer, startNodeServer } from "./server/server.ts";

export interface AgentOptions {
  readonly name: string;
  /** Where the node's identity is kept. */
  readonly kubeconfig: string;
  readonly bootstrapKubeconfig: string | undefined;
  /** Everything that the agent keeps on disk. */
  readonly data: string;
  /** containerd's socket. */
  readonly runtimeSocket: string;
  readonly ips: readonly string[];
  readonly port: number;
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  readonly resolvConf: string;
  /** File with the PEM of the authorities that the API server's certificate comes from. */
  readonly clientCa: string;
  readonly callers: ReadonlySet<string>;
  readonly cgroupRoot: string;
  readonly pidsMax: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const STATUS_MS = 10_000;
const FIRST_STATUS_MS = 500;
const ROTATE_MS = 10_000;
const RUNTIME_WAIT_MS = 500;
const STARTS_PER_CPU = 4;
const STOP_MAX_MS = 1000;

/** @returns when the node is registered and its pods are looked after; goes on until the signal aborts */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { name, clock, log, signal, random, data, ips } = options;
  const runtime = inTurns(criRuntime(options.runtimeSocket), STARTS_PER_CPU * availableParallelism());
  let version = await runtime.version().catch(() => undefined);
  while (!version && !signal.aborted) {
    log.warn("waiting for the container runtime", { socket: options.runtimeSocket });
    await pause(clock, RUNTIME_WAIT_MS);
    version = await runtime.version().catch(() => undefined);
  }
  if (!version) return;
  const identity = { nodeName: name, file: options.kubeconfig, bootstrapFile: options.bootstrapKubeconfig, clock, signal, random };
  const access = await joinCluster(identity);
  const client = connect({ access, component: "node" });
  const pool = new WatchPool(() => connect({ access, component: "node" }));
  const failed = (what: string) => (error: unknown) => log.warn(what, { error: (error as Error).message });
  const renewed = (): void => {
    client.transport.renew();
    pool.renew();
  };
  void keepIdentityFresh(client, identity, renewed, failed("identity not renewed"));

  const folders = { root: data, podLogs: `${data}/pod-logs`, containerLogs: `${data}/container-logs` };
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true, mode: 0o755 });
  const machine = await machineFacts(data, `${version.name}://${version.version.replace(/~.*/, "")}`);
  const recorder = createRecorder({
    client: () => client,
    clock,
    host: name,
    onError: (error) => log.debug("event not recorded", { error: (error as Error).message }),
  });
  const note = ({ pod, container, type, reason, message }: Note) => {
    const list = container && { init: "initContainers", ordinary: "containers", ephemeral: "ephemeralContainers" }[container.kind];
    recorder.note("kubelet", {
      about: { ...pod, apiVersion: "v1", kind: "Pod" },
      type,
      reason,
      message,
      ...(container && { fieldPath: `spec.${list}{${container.name}}` }),
    });
  };

  const changed = (uids: readonly string[]) => {
    for (const uid of uids) workers.get(uid)?.refresh();
  };
  const configMaps = new Referenced<ConfigMapObject>(ConfigMap, { pool, clock, signal, onChange: changed });
  const secrets = new Referenced<SecretObject>(Secret, { pool, clock, signal, onChange: changed });
  const services = new Informer<ServiceObject>(Service, { client, clock, signal, onError: failed("services not watched") });
  const runtimeClasses = new Informer<RuntimeClassObject>(RuntimeClass, { client, clock, signal, onError: failed("runtime classes not watched") });
  const tokens = podTokens(client, clock);
  let servicesKnown = false;
  const context: AgentContext = {
    node: { name, ips, allocatable: machine.allocatable, memoryBytes: machine.memoryBytes },
    runtime,
    runtimeName: version.name,
    clock,
    dialer: createDialer(),
    folders,
    seccompFolder: `${data}/seccomp`,
    dns: { clusterDns: options.clusterDns, clusterDomain: options.clusterDomain, resolvConf: readText(options.resolvConf) },
    objects: {
      configMap: (namespace, object) => configMaps.get(namespace, object),
      secret: (namespace, object) => secrets.get(namespace, object),
      services: () => {
        if (!servicesKnown) throw new Error("services have not yet been read at least once, cannot construct envvars");
        return services.list();
      },
      runtimeHandler: (wanted) => {
        if (wanted === undefined) return "";
        const found = runtimeClasses.get("", wanted);
        if (!found) throw new Error(`RuntimeClass ${JSON.stringify(wanted)} not found`);
        return found.handler;
      },
    },
    tokens,
    images: createImagePuller({ runtime, clock, note }),
    cgroups: new Cgroups(),
    cgroupRoot: options.cgroupRoot,
    pidsMax: options.pidsMax,
    note,
    log,
  };
  const reporter = new StatusReporter(client, clock, signal);
  const workers = new PodWorkers(context, reporter);

  const keeper = new NodeObjectKeeper(client, name, machine.info.architecture);
  const lease = new NodeLease(client, clock, name);
  const tell = async (): Promise<void> => {
    const [conditions, images] = await Promise.all([runtime.conditions().catch(() => undefined), runtime.listImages().catch(() => [])]);
    await keeper.tell({ name, ips, port: options.port, machine, images, runtime: conditions, now: clock.now() });
  };
  for (let delayMs = FIRST_STATUS_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, STATUS_MS)) {
    try {
      await tell();
      break;
    } catch (error) {
      failed("node not registered")(error);
      await pause(clock, delayMs);
    }
  }
  void every(clock, signal, STATUS_MS, tell, failed("node status not told"));
  void every(clock, signal, STATUS_MS, () => lease.renew(keeper.uid), failed("lease not renewed"));
  // The pod network comes a little after the node: the sooner that is told, the sooner pods are bound here.
  void untilReady(clock, signal, tell, () => runtime.conditions());

  let server: NodeServer | undefined;
  const serving = { client, clock, signal, random, nodeName: name, ips, file: `${data}/pki/serving.pem` };
  void keepServingCertificate(
    serving,
    (certified) => {
      if (server) return server.use(certified);
      const api = { context, workers };
      const address = ips[0] ?? "0.0.0.0";
      void startNodeServer({ api, certified, clientCa: readText(options.clientCa), callers: options.callers, address, port: options.port })
        .then((started) => {
          server = started;
          log.info("the node's API listens", { address, port: started.port });
        })
        .catch(failed("the node's API does not listen"));
    },
    failed("serving certificate not renewed"),
  );

  const pods = new Informer<PodObject>(Pod, { client, clock, signal, fieldSelector: `spec.nodeName=${name}`, onError: failed("pods not watched") });
  const take = (pod: AgentPod) => {
    const { configMaps: maps, secrets: hidden } = referencesOf(pod);
    configMaps.use(pod.metadata.uid, maps);
    secrets.use(pod.metadata.uid, hidden);
    reporter.saw(pod);
    workers.set(pod);
  };
  const drop = (uid: string) => {
    for (const referenced of [configMaps, secrets]) referenced.use(uid, new Set());
    tokens.forget(uid);
    reporter.forget(uid);
    workers.remove(uid);
  };
  pods.handle((now, old) => {
    const [before, after] = [old?.metadata.uid, now?.metadata.uid];
    // A pod of the same name that took another's place while nobody looked.
    if (before && before !== after) drop(before);
    if (now) take(agentPod(now));
  });
  void services.run();
  void runtimeClasses.run();
  void services.synced.then(() => {
    servicesKnown = true;
  });
  void pods.run();
  await pods.synced;
  await workers.start(new Set(pods.list().map(({ metadata }) => metadata.uid ?? "")));
  void every(clock, signal, ROTATE_MS, () => rotateLogs(workers, context), failed("logs not rotated"));

  signal.addEventListener("abort", () => {
    // Whatever a worker still waits for goes on without it: the next agent takes over what it finds.
    void Promise.race([workers.stop(), pause(clock, STOP_MAX_MS)]).finally(async () => {
      await server?.close();
      await Promise.all([client.transport.close(), pool.close()]);
      runtime.close();
    });
  });
}

async function rotateLogs(workers: PodWorkers, { runtime, clock }: AgentContext): Promise<void> {
  for (const { view } of workers.all) {
    for (const container of view.seen.containers) {
      if (isRunning(container) && container.logPath) await rotateLog(runtime, container.id, container.logPath, ROTATION_LIMITS, clock.now());
    }
  }
}

function readText(path: string): string {
  return path ? readFileSync(path, "utf8") : "";
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

async function every(clock: Clock, signal: AbortSignal, periodMs: number, work: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
  while (!signal.aborted) {
    await work().catch((error) => {
      if (!signal.aborted) failed(error);
    });
    await pause(clock, periodMs);
  }
}

/** Tells the status as soon as the runtime is ready, rather than with the next round. */
async function untilReady(
  clock: Clock,
  signal: AbortSignal,
  tell: () => Promise<void>,
  conditions: () => Promise<readonly { readonly status: boolean }[]>,
): Promise<void> {
  while (!signal.aborted) {
    const all = await conditions().catch(() => []);
    if (all.length > 0 && all.every(({ status }) => status)) return void (await tell().catch(() => undefined));
    await pause(clock, FIRST_STATUS_MS);
  }
}

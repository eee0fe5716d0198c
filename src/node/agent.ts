/** The node agent: joins the cluster, runs the pods that are bound to this node, tells what becomes of them, and answers the API server. */

import { mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Pod } from "../api/resources.ts";
import type { Pod as PodObject } from "../api/tables/core-v1.ts";
import type { Client } from "../client/client.ts";
import { connect } from "../client/connect.ts";
import { Informer } from "../client/informer.ts";
import type { Clock } from "../machinery/clock.ts";
import { createDialer } from "../machinery/dialer.ts";
import type { Log } from "../machinery/log.ts";
import { Cgroups } from "./cgroups/pod-cgroup.ts";
import { clusterObjects } from "./cluster/cluster-objects.ts";
import { PodCertificates } from "./cluster/pod-certificates.ts";
import { podNotes } from "./cluster/pod-notes.ts";
import { StatusReporter } from "./cluster/status-reporter.ts";
import { podTokens } from "./cluster/tokens.ts";
import { WatchPool } from "./cluster/watch-pool.ts";
import { createImagePuller } from "./images/image-puller.ts";
import { rotateLogs } from "./logs/rotate-logs.ts";
import { pause, repeat } from "./loops.ts";
import { agentPod } from "./pods/agent-pod.ts";
import type { AgentContext } from "./pods/context.ts";
import { PodWorkers } from "./pods/pod-workers.ts";
import { joinCluster, keepIdentityFresh } from "./registration/identity.ts";
import { keepRegistered } from "./registration/keep-registered.ts";
import { machineFacts } from "./registration/machine-facts.ts";
import type { ContainerRuntime, RuntimeVersion } from "./runtime/container-runtime.ts";
import { criRuntime } from "./runtime/cri-runtime.ts";
import { inTurns } from "./runtime/in-turns.ts";
import { keepServing } from "./server/keep-serving.ts";

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

const ROTATE_MS = 10_000;
const RUNTIME_WAIT_MS = 500;
const STARTS_PER_CPU = 4;
const STOP_MAX_MS = 1000;

/** @returns when the node is registered and its pods are looked after; goes on until the signal aborts */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { name, clock, log, signal, random, data, ips, port } = options;
  const failed = (what: string) => (error: unknown) => log.warn(what, { error: (error as Error).message });
  const runtime = inTurns(criRuntime(options.runtimeSocket), STARTS_PER_CPU * availableParallelism());
  const version = await waitForRuntime(runtime, options);
  if (!version) return;

  const identity = { nodeName: name, file: options.kubeconfig, bootstrapFile: options.bootstrapKubeconfig, clock, signal, random };
  const access = await joinCluster(identity);
  const client = connect({ access, component: "node" });
  const pool = new WatchPool(() => connect({ access, component: "node" }));
  const renewed = (): void => {
    client.transport.renew();
    pool.renew();
  };
  void keepIdentityFresh(client, identity, renewed, failed("identity not renewed"));

  const folders = { root: data, podLogs: `${data}/pod-logs`, containerLogs: `${data}/container-logs` };
  // What pods mount is not for the machine's other users.
  mkdirSync(data, { recursive: true, mode: 0o750 });
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true, mode: 0o755 });
  const machine = await machineFacts(data, `${version.name}://${version.version.replace(/~.*/, "")}`);
  const onChange = (uids: readonly string[]): void => {
    for (const uid of uids) workers.get(uid)?.refresh();
  };
  const objects = clusterObjects({ client, pool, clock, signal, onChange, failed });
  const tokens = podTokens(client, clock);
  const note = podNotes(client, { clock, host: name, log });
  const certificates = new PodCertificates({ client, clock, signal, random, nodeName: name, onChange, note, failed });
  const context: AgentContext = {
    node: { name, ips, allocatable: machine.allocatable, memoryBytes: machine.memoryBytes },
    runtime,
    runtimeName: version.name,
    clock,
    dialer: createDialer(),
    folders,
    seccompFolder: `${data}/seccomp`,
    dns: { clusterDns: options.clusterDns, clusterDomain: options.clusterDomain, resolvConf: options.resolvConf && readFileSync(options.resolvConf, "utf8") },
    objects,
    tokens,
    certificates,
    images: createImagePuller({ runtime, clock, note }),
    cgroups: new Cgroups(),
    cgroupRoot: options.cgroupRoot,
    pidsMax: options.pidsMax,
    note,
    log,
  };
  const reporter = new StatusReporter(client, clock, signal);
  const workers = new PodWorkers(context, reporter);

  await keepRegistered({ client, runtime, clock, signal, name, ips, port, machine, failed });
  const { clientCa, callers } = options;
  const certificate = { client, clock, signal, random, nodeName: name, ips, file: `${data}/pki/serving.pem` };
  const stopServing = keepServing({ ...certificate, api: { context, workers }, port, clientCa, callers, failed });
  objects.run();

  const pods = podsOf(name, client, options, failed("pods not watched"));
  pods.handle((now, old) => {
    const before = old?.metadata.uid;
    // A pod of the same name may have taken another's place while nobody looked.
    if (before !== undefined && before !== now?.metadata.uid) {
      for (const holder of [objects, tokens, certificates, reporter]) holder.forget(before);
      workers.remove(before);
    }
    if (!now) return;
    const pod = agentPod(now);
    objects.use(pod);
    reporter.saw(pod);
    workers.set(pod);
  });
  void pods.run();
  await pods.synced;
  await workers.start(new Set(pods.list().map(({ metadata }) => metadata.uid ?? "")));
  void repeat({ clock, signal, periodMs: ROTATE_MS, work: () => rotateLogs(workers.all, context), failed: failed("logs not rotated") });

  signal.addEventListener("abort", () => {
    // Whatever a worker still waits for goes on without it: the next agent takes over what it finds.
    void Promise.race([workers.stop(), pause(clock, STOP_MAX_MS)]).finally(async () => {
      await stopServing();
      await Promise.all([client.transport.close(), pool.close()]);
      runtime.close();
    });
  });
}

/** @returns what the runtime is, once it answers; undefined where the agent was told to stop before */
async function waitForRuntime(runtime: ContainerRuntime, { clock, log, signal, runtimeSocket }: AgentOptions): Promise<RuntimeVersion | undefined> {
  for (let waits = 0; !signal.aborted; waits++) {
    const version = await runtime.version().catch(() => undefined);
    if (version) return version;
    if (waits === 0) log.warn("waiting for the container runtime", { socket: runtimeSocket });
    await pause(clock, RUNTIME_WAIT_MS);
  }
  return undefined;
}

/** A node may read only the pods that are bound to it. */
function podsOf(name: string, client: Client, { clock, signal }: AgentOptions, onError: (error: unknown) => void): Informer<PodObject> {
  return new Informer<PodObject>(Pod, { client, clock, signal, fieldSelector: `spec.nodeName=${name}`, onError });
}

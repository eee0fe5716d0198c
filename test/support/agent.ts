/** A node agent without an API server, for tests inside a machine: pods and objects are handed over directly, reports are kept. */

import { mkdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigMap, Container, PodSpec, PodStatus, Secret, Service } from "../../src/api/tables/core-v1.ts";
import { systemClock } from "../../src/machinery/clock.ts";
import { createDialer } from "../../src/machinery/dialer.ts";
import { createLog } from "../../src/machinery/log.ts";
import { Cgroups } from "../../src/node/cgroups/pod-cgroup.ts";
import { createImagePuller } from "../../src/node/images/image-puller.ts";
import { type AgentPod, agentPod } from "../../src/node/pods/agent-pod.ts";
import type { AgentContext, Note } from "../../src/node/pods/context.ts";
import { PodWorkers } from "../../src/node/pods/pod-workers.ts";
import { BUSYBOX } from "./busybox.ts";
import type { TestContainerd } from "./containerd.ts";

export interface TestAgent {
  readonly context: AgentContext;
  readonly workers: PodWorkers;
  readonly notes: Note[];
  readonly deleted: Set<string>;
  readonly configMaps: Map<string, ConfigMap>;
  readonly secrets: Map<string, Secret>;
  readonly services: Service[];
  status(pod: AgentPod): PodStatus;
  /** Waits until the pod's reported status satisfies the check. */
  until(pod: AgentPod, what: string, check: (status: PodStatus) => unknown, timeoutMs?: number): Promise<PodStatus>;
  log(pod: AgentPod, container: string, attempt?: number): string;
  /** As if the API had deleted the pod: marks, waits for the agent's last word, forgets. */
  delete(pod: AgentPod, graceSeconds: number): Promise<void>;
}

let serial = 0;

/** A pod of one container that runs a shell script, unless the overrides say otherwise. */
export function testPod(name: string, script: string, spec: Partial<PodSpec> = {}, container: Partial<Container> = {}): AgentPod {
  const uid = `00000000-0000-4000-8000-${String(++serial).padStart(12, "0")}`;
  return agentPod({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid, labels: { app: name }, generation: 1 },
    spec: {
      containers: [{ name: "main", image: BUSYBOX, imagePullPolicy: "IfNotPresent", command: ["sh", "-c", script], ...container }],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 2,
      dnsPolicy: "ClusterFirst",
      ...spec,
    },
  });
}

/** @param takeOver an agent that has ended, whose objects are kept, and the pods that the API still has */
export async function startAgent(
  folder: string,
  containerd: TestContainerd,
  takeOver?: { readonly agent: TestAgent; readonly pods: readonly AgentPod[] },
): Promise<TestAgent> {
  const notes: Note[] = [];
  const statuses = new Map<string, PodStatus>();
  const deleted = new Set<string>();
  const configMaps = takeOver?.agent.configMaps ?? new Map<string, ConfigMap>();
  const secrets = takeOver?.agent.secrets ?? new Map<string, Secret>();
  const services = takeOver?.agent.services ?? [];
  const folders = { root: `${folder}/kubelet`, podLogs: `${folder}/pod-logs`, containerLogs: `${folder}/container-logs` };
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true });
  const note = (one: Note) => void notes.push(one);
  const { runtime } = containerd;
  const context: AgentContext = {
    node: { name: "node-1", ips: ["10.250.0.11"], allocatable: { cpu: "2", memory: "1Gi" }, memoryBytes: 2 ** 30 },
    runtime,
    runtimeName: "containerd",
    clock: systemClock,
    dialer: createDialer(),
    folders,
    seccompFolder: `${folder}/seccomp`,
    dns: { clusterDns: ["10.96.0.10"], clusterDomain: "cluster.local", resolvConf: "nameserver 127.0.0.9\nsearch example.org\n" },
    objects: {
      configMap: async (namespace, name) => configMaps.get(`${namespace}/${name}`),
      secret: async (namespace, name) => secrets.get(`${namespace}/${name}`),
      services: () => services,
      trustBundles: async () => [],
      runtimeHandler: () => "",
    },
    tokens: { token: async (pod, { audience }) => `token of ${pod.spec.serviceAccountName} for ${audience || "api"}` },
    certificates: {
      certificate: async () => {
        throw new Error("there is no signer");
      },
    },
    images: createImagePuller({ runtime, clock: systemClock, note }),
    cgroups: new Cgroups(),
    cgroupRoot: containerd.cgroup,
    pidsMax: 256,
    note,
    log: createLog("node", process.env.VERBOSE ? "debug" : "error"),
  };
  const workers = new PodWorkers(context, {
    status: async (pod, status) => void statuses.set(pod.metadata.uid, status),
    deleted: async (pod) => void deleted.add(pod.metadata.uid),
  });
  const agent: TestAgent = {
    context,
    workers,
    notes,
    deleted,
    configMaps,
    secrets,
    services,
    status: (pod) => statuses.get(pod.metadata.uid) ?? {},
    async until(pod, what, check, timeoutMs = 15_000) {
      const until = Date.now() + timeoutMs;
      for (;;) {
        const status = agent.status(pod);
        if (check(status)) return status;
        if (Date.now() > until)
          throw new Error(
            `${pod.metadata.name}: not ${what} within ${timeoutMs} ms: ${JSON.stringify(status, null, 1)}\n${notes.map((one) => `${one.reason}: ${one.message}`).join("\n")}`,
          );
        await sleep(50);
      }
    },
    log: (pod, container, attempt = 0) =>
      readFileSync(`${folders.podLogs}/${pod.metadata.namespace}_${pod.metadata.name}_${pod.metadata.uid}/${container}/${attempt}.log`, "utf8").replace(
        /^\S+ \S+ F /gm,
        "",
      ),
    async delete(pod, graceSeconds) {
      workers.set({
        ...pod,
        status: agent.status(pod),
        metadata: { ...pod.metadata, deletionTimestamp: new Date().toISOString(), deletionGracePeriodSeconds: graceSeconds },
      });
      const until = Date.now() + graceSeconds * 1000 + 10_000;
      while (!deleted.has(pod.metadata.uid)) {
        if (Date.now() > until) throw new Error(`${pod.metadata.name} was not deleted: ${JSON.stringify(agent.status(pod))}`);
        await sleep(20);
      }
      workers.remove(pod.metadata.uid);
      while (workers.get(pod.metadata.uid)) {
        if (Date.now() > until) throw new Error(`${pod.metadata.name} left traces`);
        await sleep(20);
      }
    },
  };
  for (const pod of takeOver?.pods ?? []) workers.set(pod);
  await workers.start(new Set(takeOver?.pods.map(({ metadata }) => metadata.uid)));
  return agent;
}

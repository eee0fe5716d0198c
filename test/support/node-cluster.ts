/** A machine's containerd beside a real API server, ready for the whole node agent to join: for tests inside a machine (machine.ts). */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { ConfigMap, Namespace, ServiceAccount } from "../../src/api/resources.ts";
import type { Container, PodSpec } from "../../src/api/tables/core-v1.ts";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import type { Client } from "../../src/client/client.ts";
import { connectByKubeconfig } from "../../src/client/connect.ts";
import { systemClock } from "../../src/machinery/clock.ts";
import { createLog } from "../../src/machinery/log.ts";
import type { AgentOptions } from "../../src/node/agent.ts";
import { BUSYBOX } from "./busybox.ts";
import { startContainerd, type TestContainerd } from "./containerd.ts";
import { type Signing, signEverything } from "./signing.ts";

export const NODE_IP = "10.250.0.11";
/** Who may ask the node's own server. */
export const CALLER = "kube-apiserver-kubelet-client";

export interface NodeCluster {
  readonly cluster: ControlPlane;
  readonly admin: Client;
  readonly containerd: TestContainerd;
  readonly signing: Signing;
  /** What `runAgent` takes, so that it joins as node-1 with a bootstrap token's rights. */
  agentOptions(signal: AbortSignal): AgentOptions;
  stop(): Promise<void>;
}

/** Starts all that a node needs to join, with a namespace `demo` for its pods. @param folder the machine's */
export async function startNodeCluster(folder: string): Promise<NodeCluster> {
  execFileSync("ip", ["address", "add", `${NODE_IP}/32`, "dev", "lo"]);
  const containerd = await startContainerd(folder);
  const cluster = await startControlPlane();
  writeFileSync(`${folder}/admin.kubeconfig`, cluster.adminKubeconfig);
  writeFileSync(`${folder}/bootstrap.kubeconfig`, cluster.kubeconfig("system:bootstrap:abcdef", ["system:bootstrappers", "system:bootstrappers:rampart"]));
  writeFileSync(`${folder}/client-ca.crt`, cluster.ca);
  const admin = connectByKubeconfig(`${folder}/admin.kubeconfig`, "test");
  // What `up` grants; what a node itself may do, the Node authorizer knows.
  await bind(admin, "system:node-bootstrapper", "system:bootstrappers");
  for (const name of ["demo", "kube-node-lease"]) if (!(await admin.find(Namespace, "", name))) await admin.create(Namespace, { metadata: { name }, spec: {} });
  await admin.create(ServiceAccount, { metadata: { name: "default", namespace: "demo" } });
  await admin.create(ConfigMap, { metadata: { name: "kube-root-ca.crt", namespace: "demo" }, data: { "ca.crt": cluster.ca } });
  const signing = signEverything(admin, cluster.clientAuthority);
  return {
    cluster,
    admin,
    containerd,
    signing,
    agentOptions: (signal) => ({
      name: "node-1",
      kubeconfig: `${folder}/node.kubeconfig`,
      bootstrapKubeconfig: `${folder}/bootstrap.kubeconfig`,
      data: `${folder}/agent`,
      runtimeSocket: containerd.paths.socket,
      ips: [NODE_IP],
      port: 10250,
      clusterDns: ["10.96.0.10"],
      clusterDomain: "cluster.local",
      resolvConf: "",
      clientCa: `${folder}/client-ca.crt`,
      callers: new Set([CALLER]),
      cgroupRoot: containerd.cgroup,
      pidsMax: 256,
      clock: systemClock,
      random: Math.random,
      log: createLog("node", process.env.VERBOSE ? "info" : "error"),
      signal,
    }),
    async stop() {
      await signing.stop();
      await containerd.stop();
      await admin.transport.close();
      await cluster.close();
    },
  };
}

function bind(admin: Client, role: string, group: string): Promise<unknown> {
  return admin.json("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    metadata: { name: `test:${role}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: group }],
  });
}

/** A pod for node-1 in `demo` that `restricted` lets through: one container that runs a shell script. */
export function demoPod(
  name: string,
  script: string,
  spec: Partial<PodSpec> = {},
  container: Partial<Container> = {},
): { metadata: { name: string; namespace: string }; spec: PodSpec } {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: "RuntimeDefault" },
  };
  const main: Container = {
    name: "main",
    image: BUSYBOX,
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", script],
    securityContext,
    ...container,
  };
  return { metadata: { name, namespace: "demo" }, spec: { nodeName: "node-1", terminationGracePeriodSeconds: 2, containers: [main], ...spec } };
}

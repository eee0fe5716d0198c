import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BUSYBOX } from "../../test/support/busybox.ts";
import { startContainerd, type TestContainerd } from "../../test/support/containerd.ts";
import { insideMachine } from "../../test/support/machine.ts";
import { type Signing, signEverything } from "../../test/support/signing.ts";
import { ConfigMap, Lease, Namespace, Node, Pod, ServiceAccount } from "../api/resources.ts";
import type { Pod as PodObject } from "../api/tables/core-v1.ts";
import { type ControlPlane, startControlPlane } from "../cli/control-plane.ts";
import type { Client } from "../client/client.ts";
import { connectByKubeconfig } from "../client/connect.ts";
import { systemClock } from "../machinery/clock.ts";
import { createLog } from "../machinery/log.ts";
import { type AgentOptions, runAgent } from "./agent.ts";

const IP = "10.250.0.11";
const CALLER = "kube-apiserver-kubelet-client";

insideMachine(import.meta.filename, (folder) => {
  let containerd: TestContainerd;
  let cluster: ControlPlane;
  let admin: Client;
  let signing: Signing;

  before(async () => {
    execFileSync("ip", ["address", "add", `${IP}/32`, "dev", "lo"]);
    containerd = await startContainerd(folder);
    cluster = await startControlPlane();
    writeFileSync(`${folder}/admin.kubeconfig`, cluster.adminKubeconfig);
    writeFileSync(`${folder}/bootstrap.kubeconfig`, cluster.kubeconfig("system:bootstrap:abcdef", ["system:bootstrappers", "system:bootstrappers:rampart"]));
    writeFileSync(`${folder}/client-ca.crt`, cluster.ca);
    admin = connectByKubeconfig(`${folder}/admin.kubeconfig`, "test");
    // What `up` grants; what a node itself may do, the Node authorizer knows.
    await bind("system:node-bootstrapper", "system:bootstrappers");
    for (const name of ["demo", "kube-node-lease"])
      if (!(await admin.find(Namespace, "", name))) await admin.create(Namespace, { metadata: { name }, spec: {} });
    await admin.create(ServiceAccount, { metadata: { name: "default", namespace: "demo" } });
    await admin.create(ConfigMap, { metadata: { name: "kube-root-ca.crt", namespace: "demo" }, data: { "ca.crt": cluster.ca } });
    await admin.create(ConfigMap, { metadata: { name: "settings", namespace: "demo" }, data: { colour: "red" } });
    signing = signEverything(admin, cluster.clientAuthority);
  });
  after(async () => {
    await signing.stop();
    await containerd.stop();
    await admin.transport.close();
    await cluster.close();
  });

  function bind(role: string, group: string): Promise<unknown> {
    return admin.json("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
      metadata: { name: `test:${role}` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
      subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: group }],
    });
  }

  function options(signal: AbortSignal): AgentOptions {
    return {
      name: "node-1",
      kubeconfig: `${folder}/node.kubeconfig`,
      bootstrapKubeconfig: `${folder}/bootstrap.kubeconfig`,
      data: `${folder}/agent`,
      runtimeSocket: containerd.paths.socket,
      ips: [IP],
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
    };
  }

  async function until<T>(what: string, look: () => Promise<T | undefined | false>, timeoutMs = 20_000): Promise<T> {
    for (const end = Date.now() + timeoutMs; ; await sleep(100)) {
      const found = await look();
      if (found) return found;
      if (Date.now() > end) throw new Error(`not ${what} within ${timeoutMs} ms`);
    }
  }

  /** As the API server would. */
  function nodeGet(path: string, user = CALLER): Promise<{ code: number; text: string }> {
    return new Promise((resolve, reject) => {
      get({ host: IP, port: 10250, path, ca: cluster.ca, ...cluster.identity(user), agent: false }, async (response) => {
        resolve({ code: response.statusCode ?? 0, text: Buffer.concat(await Array.fromAsync(response)).toString() });
      }).on("error", reject);
    });
  }

  function pod(name: string, script: string): PodObject {
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    };
    return {
      metadata: { name, namespace: "demo" },
      spec: {
        nodeName: "node-1",
        terminationGracePeriodSeconds: 2,
        volumes: [{ name: "settings", configMap: { name: "settings" } }],
        containers: [
          {
            name: "main",
            image: BUSYBOX,
            imagePullPolicy: "IfNotPresent",
            command: ["sh", "-c", script],
            securityContext,
            volumeMounts: [{ name: "settings", mountPath: "/settings" }],
          },
        ],
      },
    };
  }

  test("a node joins with a bootstrap token, is ready, runs a pod to its end, and forgets nothing when its agent restarts", async () => {
    const first = new AbortController();
    await runAgent(options(first.signal));
    const node = await until("ready", async () => {
      const found = await admin.find(Node, "", "node-1");
      return found?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") && found;
    });
    assert.equal(node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address, IP);
    assert.equal(node.metadata.labels?.["kubernetes.io/os"], "linux");
    await until("alive", async () => (await admin.find(Lease, "kube-node-lease", "node-1"))?.spec?.renewTime);

    await admin.create(Pod, pod("web", "trap 'exit 0' TERM; while :; do cat /settings/colour; echo; sleep 0.2; done"));
    const running = await until("running", async () => {
      const found = await admin.find(Pod, "demo", "web");
      return found?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") && found;
    });
    assert.equal(running.status?.phase, "Running");

    await until("serving", () =>
      nodeGet("/healthz").then(
        ({ text }) => text === "ok",
        () => false,
      ),
    );
    assert.match((await nodeGet("/containerLogs/demo/web/main?limitBytes=4")).text, /^red\n$/);
    assert.deepEqual(await nodeGet("/containerLogs/demo/web/main", "somebody"), { code: 403, text: "Forbidden" });
    assert.equal((await nodeGet("/containerLogs/demo/none/main")).code, 404);
    assert.match((await nodeGet("/metrics")).text, /^kubelet_running_pods 1$/m);
    assert.match((await nodeGet("/metrics/resource")).text, /^container_memory_working_set_bytes\{container="main",namespace="demo",pod="web"\} \d+$/m);
    assert.deepEqual(signing.signed.toSorted(), ["kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"]);

    await admin.patch(ConfigMap, "demo", "settings", { data: { colour: "blue" } });
    await until("repainted", async () => (await nodeGet("/containerLogs/demo/web/main?tailLines=3")).text.includes("blue"));

    first.abort();
    const second = new AbortController();
    await runAgent(options(second.signal));
    await sleep(1500);
    const kept = await admin.get(Pod, "demo", "web");
    assert.deepEqual(kept.status?.containerStatuses, running.status?.containerStatuses);
    assert.equal(signing.signed.length, 2, "the node keeps its certificates");

    await admin.delete(Pod, "demo", "web");
    await until("gone", async () => !(await admin.find(Pod, "demo", "web")));
    await until("cleaned up", async () => (await containerd.runtime.listSandboxes()).length === 0);
    second.abort();
    assert.match(readFileSync(`${folder}/node.kubeconfig`, "utf8"), /client-certificate-data/);
  });
});

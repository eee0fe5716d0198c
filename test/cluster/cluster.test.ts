/** A newcomer's whole way: up, an application over two nodes, everything that kubectl does with it, crashes, down, and up again. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { busyboxArchive } from "../support/busybox.ts";
import { eventually, TestCluster } from "../support/cluster.ts";
import { insideHost } from "../support/host.ts";
import { type Kubectl, kubectl } from "../support/kubectl.ts";

const IMAGE = "rampart.local/busybox:1";
const RESTRICTED = "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";

/** A web server on every pod that tells the pod's name. */
const APPLICATION = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, runAsUser: 33, seccompProfile: {type: RuntimeDefault}}
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
      containers:
      - name: web
        image: ${IMAGE}
        command: [sh, -c, "hostname > /www/index.html; echo serving; exec httpd -f -p 8080 -h /www"]
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        ${RESTRICTED}
        volumeMounts: [{name: www, mountPath: /www}]
      volumes: [{name: www, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;

const FIRST = `
apiVersion: v1
kind: Pod
metadata: {name: first}
spec:
  terminationGracePeriodSeconds: 1
  securityContext: {runAsNonRoot: true, runAsUser: 33, seccompProfile: {type: RuntimeDefault}}
  containers:
  - {name: c, image: "${IMAGE}", command: [sleep, "3600"], ${RESTRICTED}}
`;

interface PodFacts {
  readonly name: string;
  readonly node: string;
  readonly id: string;
  readonly restarts: number;
}

async function pods(kube: Kubectl): Promise<PodFacts[]> {
  const { items } = JSON.parse(await kube("get", "pods", "-l", "app=web", "-o", "json"));
  return items.map(
    (pod: { metadata: { name: string }; spec: { nodeName: string }; status: { containerStatuses?: { containerID?: string; restartCount: number }[] } }) => ({
      name: pod.metadata.name,
      node: pod.spec.nodeName,
      id: pod.status.containerStatuses?.[0]?.containerID ?? "",
      restarts: pod.status.containerStatuses?.[0]?.restartCount ?? 0,
    }),
  );
}

async function ready(kube: Kubectl, replicas: number, timeoutMs: number): Promise<void> {
  await eventually(
    `${replicas} ready pods`,
    timeoutMs,
    () => kube("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}/{.status.replicas}"),
    (text) => text === `${replicas}/${replicas}`,
  );
}

insideHost(import.meta.filename, () => {
  test("a cluster of two nodes, from a clone that nobody else may enter", { timeout: 800_000 }, async (t) => {
    await using cluster = await TestCluster.clone();
    const said = await cluster.rampart("up", "--detach", "--nodes", "2");
    assert.match(said, /The cluster is up\. Its kubeconfig: [\s\S]*kubectl get nodes/);
    const kube = kubectl(t, cluster.kubeconfig);

    await t.test("each process runs as a user of its own", async () => {
      const rows = await cluster.processes();
      assert.ok(
        rows.every((row) => row.ready),
        JSON.stringify(rows),
      );
      const users = ["apiserver", "auditd", "signer", "controllers", "scheduler", "dns"].map((name) => rows.find((row) => row.name === name)?.user ?? "");
      assert.equal(new Set(users).size, users.length);
      assert.ok(
        users.every((user) => !user.includes("root") && user !== ""),
        users.join(),
      );
    });

    const archive = join(cluster.data, "busybox.tar");
    writeFileSync(archive, busyboxArchive());
    await cluster.rampart("image", "load", archive);

    await t.test("a first pod runs soon, and what isn't restricted is refused with the way out", async () => {
      await kube.with(FIRST, "apply", "-f", "-");
      await kube("wait", "--for=condition=Ready", "pod/first", "--timeout=20s");
      await assert.rejects(kube("run", "bad", `--image=${IMAGE}`, "--privileged"), /kubectl label ns default pod-security\.kubernetes\.io\/enforce=privileged/);
    });

    await t.test("a deployment spreads over both nodes and answers through its Service, by name", async () => {
      await kube.with(APPLICATION, "apply", "-f", "-");
      await ready(kube, 4, 60_000);
      const all = await pods(kube);
      assert.deepEqual(all.map(({ node }) => node).toSorted(), ["node-1", "node-1", "node-2", "node-2"]);
      const answered = new Set<string>();
      await eventually(
        "an answer from both nodes",
        30_000,
        async () => {
          const name = (await kube("exec", "first", "--", "wget", "-qO-", "http://web.default.svc.cluster.local/")).trim();
          answered.add(all.find((pod) => pod.name === name)?.node ?? assert.fail(`an answer from ${name}`));
          return answered.size;
        },
        (nodes) => nodes === 2,
      );
    });

    await t.test("logs, exec with standard input and exit code, port-forward", async () => {
      const [pod] = await pods(kube);
      assert.equal(await kube("logs", pod?.name ?? ""), "serving\n");
      assert.equal(await kube.with("over there\n", "exec", "-i", "first", "--", "cat"), "over there\n");
      await assert.rejects(kube("exec", "first", "--", "sh", "-c", "exit 7"), /exit code 7/);
      const forward = spawn(kube.program, ["port-forward", "service/web", ":80"], {
        env: { ...process.env, KUBECONFIG: kube.kubeconfig },
        stdio: ["ignore", "pipe", "inherit"],
      });
      try {
        const port = await new Promise<string>((resolve, reject) => {
          forward.stdout.on("data", (text: Buffer) => resolve(/127\.0\.0\.1:(\d+)/.exec(String(text))?.[1] ?? ""));
          forward.once("exit", () => reject(new Error("port-forward ended")));
        });
        const answer = await fetch(`http://127.0.0.1:${port}/`);
        assert.match(await answer.text(), /^web-/);
      } finally {
        forward.kill();
      }
    });

    await t.test("rollout, scale", async () => {
      await kube("set", "env", "deployment/web", "COLOUR=green");
      await kube("rollout", "status", "deployment/web", "--timeout=60s");
      await kube("scale", "deployment/web", "--replicas=2");
      await ready(kube, 2, 30_000);
    });

    await t.test("what crashes is back in five seconds, and pods don't notice", async () => {
      const before = await eventually(
        "two pods and no more",
        60_000,
        () => pods(kube),
        (now) => now.length === 2,
      );
      await kube("create", "configmap", "kept", "--from-literal=a=b");
      for (const name of ["apiserver", "auditd", "signer", "controllers", "scheduler", "dns", "node-1/node", "node-1/network", "node-1/containerd"]) {
        const tookMs = await cluster.kill(name, 15_000);
        t.diagnostic(`${name} was back after ${Math.round(tookMs)} ms`);
        await eventually(
          `an answer after ${name}`,
          10_000,
          () => kube("get", "configmap", "kept", "-o", "jsonpath={.data.a}"),
          (text) => text === "b",
        );
      }
      assert.deepEqual((await pods(kube)).toSorted(byName), before.toSorted(byName));
    });

    await t.test("after the supervisor was killed the pods go on, and the next one takes them over", async () => {
      const before = await pods(kube);
      const { pid } = await cluster.process("up");
      process.kill(pid, "SIGKILL");
      await cluster.rampart("up", "--detach", "--nodes", "2");
      await eventually(
        "the same pods",
        30_000,
        () => pods(kube),
        (now) => JSON.stringify(now.toSorted(byName)) === JSON.stringify(before.toSorted(byName)),
      );
      await ready(kube, 2, 30_000);
    });

    await t.test("a node whose power goes comes back, and its pods are started again", async () => {
      await cluster.kill("node-1/machine", 15_000);
      await eventually(
        "restarted pods",
        90_000,
        () => pods(kube),
        (now) => now.filter(({ node }) => node === "node-1").every(({ restarts }) => restarts > 0),
      );
      await ready(kube, 2, 90_000);
    });

    await t.test("down, and up again: everything is back", async () => {
      await cluster.rampart("down");
      assert.deepEqual(await cluster.processes(), []);
      await cluster.rampart("up", "--detach", "--nodes", "2");
      await ready(kube, 2, 90_000);
      assert.equal(await kube("get", "configmap", "kept", "-o", "jsonpath={.data.a}"), "b");
      await kube("delete", "deployment,service", "web", "--timeout=60s");
      await eventually(
        "no pods",
        60_000,
        () => pods(kube),
        (left) => left.length === 0,
      );
    });
  });
});

function byName(a: PodFacts, b: PodFacts): number {
  return a.name < b.name ? -1 : 1;
}

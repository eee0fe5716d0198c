import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { get } from "node:https";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { insideMachine } from "../../test/support/machine.ts";
import { CALLER, demoPod, NODE_IP, type NodeCluster, startNodeCluster } from "../../test/support/node-cluster.ts";
import { until } from "../../test/support/until.ts";
import { ConfigMap, Lease, Node, Pod } from "../api/resources.ts";
import { runAgent } from "./agent.ts";

insideMachine(import.meta.filename, (folder) => {
  let setting: NodeCluster;
  before(async () => {
    setting = await startNodeCluster(folder);
    await setting.admin.create(ConfigMap, { metadata: { name: "settings", namespace: "demo" }, data: { colour: "red" } });
  });
  after(() => setting.stop());

  /** As the API server would. */
  function nodeGet(path: string, user = CALLER): Promise<{ code: number; text: string }> {
    return new Promise((resolve, reject) => {
      get({ host: NODE_IP, port: 10250, path, ca: setting.cluster.ca, ...setting.cluster.identity(user), agent: false }, async (response) => {
        resolve({ code: response.statusCode ?? 0, text: Buffer.concat(await Array.fromAsync(response)).toString() });
      }).on("error", reject);
    });
  }

  test("a node joins with a bootstrap token, is ready, runs a pod to its end, and forgets nothing when its agent restarts", async () => {
    const { admin, containerd, signing } = setting;
    const first = new AbortController();
    await runAgent(setting.agentOptions(first.signal));
    const node = await until("ready", async () => {
      const found = await admin.find(Node, "", "node-1");
      return found?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") && found;
    });
    assert.equal(node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address, NODE_IP);
    assert.equal(node.metadata.labels?.["kubernetes.io/os"], "linux");
    await until("alive", async () => (await admin.find(Lease, "kube-node-lease", "node-1"))?.spec?.renewTime);

    const script = "trap 'exit 0' TERM; while :; do cat /settings/colour; echo; sleep 0.2; done";
    const volumes = [{ name: "settings", configMap: { name: "settings" } }];
    await admin.create(Pod, demoPod("web", script, { volumes }, { volumeMounts: [{ name: "settings", mountPath: "/settings" }] }));
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
    await runAgent(setting.agentOptions(second.signal));
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

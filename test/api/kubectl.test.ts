/** The unmodified kubectl against the real API server: what people do all day, from socket to disk and back. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { kubectl } from "../support/kubectl.ts";
import { openNamespace } from "../support/open-namespace.ts";

const POD = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  containers:
    - name: main
      image: example.org/web:1
      env: [{ name: A, value: "1" }]
`;

let cluster: ControlPlane;
before(async () => {
  cluster = await startControlPlane();
  await openNamespace(cluster, "default");
});
after(() => cluster.close());

test("the server's own namespaces are there, and a made one goes through its life", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  assert.deepEqual((await k("get", "namespaces", "-o", "name")).trim().split("\n"), [
    "namespace/default",
    "namespace/kube-node-lease",
    "namespace/kube-public",
    "namespace/kube-system",
  ]);
  assert.equal(await k("create", "namespace", "shop"), "namespace/shop created\n");
  assert.equal(await k("get", "namespace", "shop", "-o", "jsonpath={.status.phase} {.metadata.labels}"), 'Active {"kubernetes.io/metadata.name":"shop"}');
  await assert.rejects(k("create", "namespace", "shop"), /Error from server \(AlreadyExists\): namespaces "shop" already exists/);
  assert.equal(await k("delete", "namespace", "shop", "--wait=false"), 'namespace "shop" deleted\n');
  assert.equal(await k("get", "namespace", "shop", "-o", "jsonpath={.status.phase}"), "Terminating");
});

test("a config map is created, read in every form, patched in every way and deleted", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  assert.equal(await k("create", "configmap", "settings", "--from-literal=a=1", "--from-literal=b=2"), "configmap/settings created\n");
  assert.match(await k("get", "configmap", "settings"), /^NAME +DATA +AGE\nsettings +2 +\d+s\n$/);
  assert.match(await k("get", "configmap", "settings", "-o", "yaml"), /^apiVersion: v1\ndata:\n {2}a: "1"\n {2}b: "2"\nkind: ConfigMap\n/);
  assert.equal(await k("get", "cm", "settings", "-o", "jsonpath={.data}"), '{"a":"1","b":"2"}');
  await k("patch", "configmap", "settings", "--type=merge", "-p", '{"data":{"a":null,"c":"3"}}');
  await k("patch", "configmap", "settings", "--type=strategic", "-p", '{"data":{"b":"two"}}');
  await k("patch", "configmap", "settings", "--type=json", "-p", '[{"op":"add","path":"/data/d","value":"4"}]');
  assert.equal(await k("get", "cm", "settings", "-o", "jsonpath={.data}"), '{"b":"two","c":"3","d":"4"}');
  assert.match(await k("delete", "configmap", "settings"), /^configmap "settings" deleted/);
  await assert.rejects(k("get", "configmap", "settings"), /Error from server \(NotFound\): configmaps "settings" not found/);
});

test("a pod is applied by the client and by the server, watched, labelled and deleted", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  const watching = spawn(k.program, ["get", "pods", "--watch", "--output-watch-events", "--no-headers"], { env: { ...process.env, KUBECONFIG: k.kubeconfig } });
  const lines = createInterface(watching.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value ?? "";

  assert.equal(await k.with(POD, "apply", "-f", "-"), "pod/web created\n");
  assert.match(await next(), /^ADDED +web /);
  assert.equal(await k.with(POD, "apply", "-f", "-"), "pod/web unchanged\n");
  assert.equal(await k.with(POD, "apply", "--server-side", "--field-manager=ann", "--force-conflicts", "-f", "-"), "pod/web serverside-applied\n");
  assert.match(await next(), /^MODIFIED +web /);
  const other = POD.replace("web:1", "web:2");
  await assert.rejects(k.with(other, "apply", "--server-side", "--field-manager=bob", "-f", "-"), /Apply failed with 1 conflict: conflict with "ann"/);
  assert.equal(await k("label", "pod", "web", "tier=front"), "pod/web labeled\n");
  assert.match(await next(), /^MODIFIED +web /);
  assert.equal(await k("get", "pods", "-l", "tier=front,app in (web)", "-o", "name"), "pod/web\n");
  assert.equal(await k("get", "pods", "--field-selector", "status.phase=Running", "-o", "name"), "");
  assert.match(
    await k("get", "pods", "-o", "wide"),
    /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\nweb +0\/1 +Pending +0 +\d+s/,
  );
  assert.match(await k("delete", "pod", "web"), /^pod "web" deleted/);
  const rest: string[] = [];
  while (!rest.at(-1)?.startsWith("DELETED")) rest.push(await next());
  assert.ok(
    rest.slice(0, -1).every((line) => /^MODIFIED +web /.test(line)),
    rest.join("\n"),
  );
  watching.kill();
  await once(watching, "exit");
});

test("what is wrong is said in Kubernetes' words", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  const ann = kubectl(t, cluster.kubeconfig("ann"));
  await assert.rejects(
    ann("get", "pods"),
    /Error from server \(Forbidden\): pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"/,
  );
  await assert.rejects(k.with(POD.replace("image:", "imagge:"), "apply", "-f", "-"), /unknown field "spec.containers\[0\].imagge"/);
  await assert.rejects(
    k.with(POD.replace("name: web,", "name: Web,"), "apply", "-f", "-"),
    /metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain/,
  );
  await assert.rejects(
    k("get", "configmaps", "-n", "default", "--field-selector", "data=x"),
    /"data" is not a known field selector: only "metadata.name", "metadata.namespace"/,
  );
});

test("rights follow roles and bindings at once, and callers can act as others", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  const ben = kubectl(t, cluster.kubeconfig("ben", ["team"]));
  assert.equal((await ben("auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}")).trim(), '["team","system:authenticated"]');
  assert.equal((await ben("auth", "can-i", "list", "pods").catch((error) => error.stdout)).trim(), "no");
  await k("create", "rolebinding", "team-views", "--clusterrole=view", "--group=team");
  assert.equal((await ben("auth", "can-i", "list", "pods")).trim(), "yes");
  await ben("get", "pods");
  assert.equal((await k("auth", "whoami", "--as=eve", "-o", "jsonpath={.status.userInfo.username}")).trim(), "eve");
  await assert.rejects(ben("get", "pods", "--as=eve"), /User "ben" cannot impersonate-on:user-info:list resource "pods"/);
});

test("the server says what it has", async (t) => {
  const k = kubectl(t, cluster.adminKubeconfig);
  assert.match(await k("get", "componentstatuses"), /^NAME +STATUS +MESSAGE +ERROR\s+etcd-0 +Healthy +ok/);
  assert.match(await k("version"), /Server Version: v1\.37\./);
  const names = (await k("api-resources", "-o", "name")).trim().split("\n");
  assert.ok(names.includes("pods") && names.includes("deployments.apps") && names.length > 50, `${names.length} resources`);
  assert.match(await k("explain", "pod.spec.containers"), /FIELD: containers <\[\]Container>/);
  assert.match(await k("get", "--raw", "/readyz?verbose"), /readyz check passed/);
  assert.match(await k("get", "--raw", "/metrics"), /apiserver_request_total\{code="200",component="apiserver"/);
});

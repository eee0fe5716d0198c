import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, PodSpec, Service } from "../../../api/tables/core-v1.ts";
import { type AgentPod, agentPod } from "../agent-pod.ts";
import { parseResolvConf, podDns } from "./dns.ts";
import { type ConfigError, environmentOf, type PodObjects } from "./environment.ts";
import { expand } from "./expand.ts";
import { fieldValue, formatMap } from "./field-ref.ts";
import { hostNames, hostsFile, kernelHostname } from "./hosts-file.ts";
import { resourceValue } from "./resource-ref.ts";
import { containerResources, oomScore, quotaFor, sharesFor } from "./resources.ts";
import { namespaceOptions, seccompProfile, securityContext } from "./security.ts";
import { serviceVariables } from "./service-env.ts";

function pod(spec: Partial<PodSpec> = {}, metadata: Partial<AgentPod["metadata"]> = {}): AgentPod {
  return agentPod({ metadata: { name: "web-0", namespace: "shop", uid: "u1", ...metadata }, spec: { containers: [{ name: "main" }], ...spec } });
}

function service(name: string, namespace: string, clusterIP: string, ports: NonNullable<Service["spec"]>["ports"]): Service {
  return { metadata: { name, namespace }, spec: { clusterIP, ports } };
}

test("references are expanded, escapes undone, and what refers to nothing stays", () => {
  const values = new Map([
    ["A", "1"],
    ["EMPTY", ""],
  ]);
  const of = (text: string) => expand(text, (name) => values.get(name));
  assert.deepEqual(["$(A)$(A)", "$$(A)", "$(NONE)", "$(A", "$A", "$", "$(EMPTY).", "$$$(A)"].map(of), ["11", "$(A)", "$(NONE)", "$(A", "$A", "$", ".", "$1"]);
});

test("services are told in both forms, the namespace's own before the cluster's", () => {
  const services = [
    service("kubernetes", "default", "10.96.0.1", [{ name: "https", port: 443 }]),
    service("my-db", "shop", "10.96.0.9", [{ port: 5432, protocol: "TCP" }]),
    service("headless", "shop", "None", [{ port: 1 }]),
    service("other", "elsewhere", "10.96.0.10", [{ port: 1 }]),
    service("six", "shop", "fd00::6", [{ port: 53, protocol: "UDP" }]),
  ];
  const told = serviceVariables(services, "shop", true);
  assert.equal(told.get("KUBERNETES_SERVICE_PORT_HTTPS"), "443");
  assert.equal(told.get("MY_DB_SERVICE_HOST"), "10.96.0.9");
  assert.equal(told.get("MY_DB_PORT"), "tcp://10.96.0.9:5432");
  assert.equal(told.get("MY_DB_PORT_5432_TCP_ADDR"), "10.96.0.9");
  assert.equal(told.get("SIX_PORT_53_UDP"), "udp://[fd00::6]:53");
  assert.deepEqual([...new Set([...told.keys()].map((name) => name.replace(/_.*/, "")))], ["KUBERNETES", "MY", "SIX"]);
  assert.deepEqual(
    [...serviceVariables(services, "shop", false).keys()].every((name) => name.startsWith("KUBERNETES_")),
    true,
  );
});

test("the environment takes values from where the spec says, and says what is missing", async () => {
  const objects: PodObjects = {
    configMap: async (_, name) => (name === "c" ? { metadata: {}, data: { K: "v", L: "w" } } : undefined),
    secret: async (_, name) => (name === "s" ? { metadata: {}, data: { P: Buffer.from("hush").toString("base64") } } : undefined),
    services: () => [],
    trustBundles: async () => [],
    runtimeHandler: () => "",
  };
  const facts = { objects, addresses: { podIps: ["10.1.2.3", "fd00::3"], hostIps: ["10.0.0.1"] }, allocatable: { cpu: "4", memory: "8Gi" } };
  const of = (container: Partial<Container>) => environmentOf({ ...facts, pod: pod(), container: { name: "main", ...container } });
  const full = await of({
    envFrom: [{ prefix: "P_", configMapRef: { name: "c" } }, { secretRef: { name: "s" } }, { configMapRef: { name: "none", optional: true } }],
    env: [
      { name: "P_K", value: "own" },
      { name: "BOTH", value: "$(P_K) $(P)" },
      { name: "IPS", valueFrom: { fieldRef: { fieldPath: "status.podIPs" } } },
      { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
      { name: "ABSENT", valueFrom: { configMapKeyRef: { name: "c", key: "none", optional: true } } },
    ],
  });
  assert.deepEqual([...full].toSorted(), [
    ["BOTH", "own hush"],
    ["CPU", "4"],
    ["IPS", "10.1.2.3,fd00::3"],
    ["P", "hush"],
    ["P_K", "own"],
    ["P_L", "w"],
  ]);
  const message = (container: Partial<Container>) =>
    of(container).then(
      () => assert.fail("no error"),
      (error: ConfigError) => error.message,
    );
  assert.equal(await message({ envFrom: [{ secretRef: { name: "x" } }] }), 'secret "x" not found');
  assert.equal(await message({ env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "z" } } }] }), "couldn't find key z in ConfigMap shop/c");
});

test("fields of the pod are written as the API writes them", () => {
  const what = pod({ nodeName: "n1", serviceAccountName: "sa" }, { labels: { b: "2", a: 'x"\n' }, annotations: { "a.b/c": "d" } });
  const of = (path: string) => fieldValue(what, path, { podIps: ["1.1.1.1"], hostIps: ["2.2.2.2", "fd00::1"] });
  assert.equal(of("metadata.labels"), 'a="x\\"\\n"\nb="2"');
  assert.equal(of("metadata.labels['b']"), "2");
  assert.equal(of("metadata.annotations['a.b/c']"), "d");
  assert.equal(of("metadata.labels['toString']"), "");
  assert.deepEqual(["spec.nodeName", "status.hostIPs", "status.podIP", "metadata.uid"].map(of), ["n1", "2.2.2.2,fd00::1", "1.1.1.1", "u1"]);
  assert.throws(() => of("spec.hostname"), /unsupported fieldPath: spec.hostname/);
  assert.equal(formatMap(undefined), "");
});

test("resources are divided and rounded up, and what is unlimited is what the node gives", () => {
  const container = { name: "m", resources: { requests: { cpu: "250m", memory: "100Mi" }, limits: { memory: "200Mi" } } };
  const of = (resource: string, divisor?: string) => resourceValue({ resource, ...(divisor && { divisor }) }, container, { cpu: "4", memory: "8Gi" });
  assert.deepEqual(
    [of("requests.cpu"), of("requests.cpu", "1m"), of("limits.memory", "1Mi"), of("limits.cpu"), of("requests.memory", "3Mi")],
    ["1", "250", "200", "4", "34"],
  );
  assert.throws(() => of("limits.pods"), /unsupported container resource/);
});

test("name servers follow the pod's policy", () => {
  const node = {
    clusterDns: ["10.96.0.10"],
    clusterDomain: "cluster.local",
    resolvConf: "# x\nnameserver 8.8.8.8 # y\nsearch a.example b.example.\noptions timeout:2\n",
  };
  assert.deepEqual(parseResolvConf(node.resolvConf), { servers: ["8.8.8.8"], searches: ["a.example", "b.example"], options: ["timeout:2"] });
  assert.deepEqual(podDns(pod(), node), {
    servers: ["10.96.0.10"],
    searches: ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "a.example", "b.example"],
    options: ["ndots:5"],
  });
  assert.deepEqual(podDns(pod({ hostNetwork: true }), node).servers, ["8.8.8.8"]);
  assert.deepEqual(podDns(pod({ hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }), node).servers, ["10.96.0.10"]);
  const own = { nameservers: ["1.1.1.1"], searches: ["x"], options: [{ name: "ndots", value: "2" }, { name: "edns0" }] };
  assert.deepEqual(podDns(pod({ dnsPolicy: "None", dnsConfig: own }), node), { servers: ["1.1.1.1"], searches: ["x"], options: ["ndots:2", "edns0"] });
  assert.deepEqual(podDns(pod({ dnsConfig: own }), node).options, ["ndots:2", "edns0"]);
});

test("host names and the hosts file follow hostname, subdomain and aliases", () => {
  const what = pod({ hostname: "busy", subdomain: "sub", hostAliases: [{ ip: "1.2.3.4", hostnames: ["x", "y"] }] });
  const names = hostNames(what, "cluster.local");
  assert.deepEqual(names, { hostname: "busy", domain: "sub.shop.svc.cluster.local" });
  const text = hostsFile(what, ["10.1.1.1"], names, "");
  assert.ok(text.includes("\n10.1.1.1\tbusy.sub.shop.svc.cluster.local\tbusy\n"));
  assert.ok(text.endsWith("\n1.2.3.4\tx\ty\n"));
  assert.equal(hostNames(pod({}, { name: `${"a".repeat(62)}-b` }), "x").hostname, "a".repeat(62), "a cut name doesn't end in a dash");
  assert.equal(kernelHostname(pod({ setHostnameAsFQDN: true }), names), "busy.sub.shop.svc.cluster.local");
  assert.throws(() => kernelHostname(pod({ setHostnameAsFQDN: true }), { hostname: "h".repeat(60), domain: "cluster.local" }), /is too long/);
  assert.match(hostsFile(pod({ hostNetwork: true }), [], names, "127.0.0.1 here\n"), /^# .*host network.*\n127\.0\.0\.1 here\n$/);
});

test("CPU and memory become the kernel's numbers", () => {
  assert.deepEqual([sharesFor(0), sharesFor(1), sharesFor(1000), sharesFor(10 ** 9)], [2, 2, 1024, 262144]);
  assert.deepEqual([quotaFor(0), quotaFor(1), quotaFor(500)], [0, 1000, 50000]);
  const burstable = pod({ containers: [{ name: "main", resources: { requests: { memory: "1Gi" }, limits: { cpu: "500m" } } }] });
  const made = containerResources(burstable, burstable.spec.containers[0]!, 4 * 2 ** 30);
  assert.deepEqual(made, { cpu_shares: 512, cpu_quota: 50000, cpu_period: 100000, oom_score_adj: 750 });
  assert.equal(oomScore(pod(), { name: "main" }, 2 ** 30), 1000);
  const same = { cpu: "1", memory: "1Gi" };
  const guaranteed = pod({ containers: [{ name: "main", resources: { requests: same, limits: same } }] });
  assert.equal(oomScore(guaranteed, guaranteed.spec.containers[0]!, 2 ** 30), -997);
});

test("security: seccomp on by default, the image's user, groups, and nobody is root who mustn't be", () => {
  const image = { uid: 33, username: "" };
  const facts = (spec: Partial<PodSpec>, container: Partial<Container> = {}) => ({
    pod: pod(spec),
    container: { name: "main", ...container },
    image,
    seccompFolder: "/seccomp",
  });
  const plain = securityContext(facts({ securityContext: { fsGroup: 5, supplementalGroups: [6] } }));
  assert.deepEqual(
    [plain.run_as_user, plain.seccomp, plain.supplemental_groups, plain.no_new_privs],
    [{ value: 33 }, { profile_type: "RuntimeDefault" }, [5, 6], false],
  );
  assert.ok(plain.masked_paths?.includes("/proc/kcore") && plain.readonly_paths?.includes("/proc/sys"));
  const own = securityContext(
    facts({ securityContext: { runAsUser: 1 } }, { securityContext: { runAsUser: 2, runAsGroup: 3, allowPrivilegeEscalation: false, procMount: "Unmasked" } }),
  );
  assert.deepEqual([own.run_as_user, own.run_as_group, own.no_new_privs, own.masked_paths], [{ value: 2 }, { value: 3 }, true, undefined]);
  assert.deepEqual(seccompProfile({ type: "Unconfined" }, "/s"), { profile_type: "Unconfined" });
  assert.deepEqual(seccompProfile({ type: "Localhost", localhostProfile: "a/b.json" }, "/s"), { profile_type: "Localhost", localhost_ref: "/s/a/b.json" });
  for (const localhostProfile of ["../x", "/etc/x", ""]) assert.throws(() => seccompProfile({ type: "Localhost", localhostProfile }, "/s"), /is no path below/);
  const nonRoot = { securityContext: { runAsNonRoot: true } };
  assert.equal(securityContext(facts(nonRoot)).run_as_user?.value, 33);
  const where = '(pod: "web-0_shop(u1)", container: main)';
  assert.throws(() => securityContext({ ...facts(nonRoot), image: { uid: 0, username: "" } }), {
    message: `container has runAsNonRoot and image will run as root ${where}`,
  });
  assert.throws(() => securityContext({ ...facts(nonRoot), image: { uid: undefined, username: "web" } }), /non-numeric user \(web\), cannot verify/);
  assert.throws(() => securityContext(facts(nonRoot, { securityContext: { runAsUser: 0 } })), /runAsUser breaks non-root policy/);
});

test("process namespaces are the container's own unless the pod shares them", () => {
  assert.deepEqual(namespaceOptions({}), { network: "POD", ipc: "POD", pid: "CONTAINER" });
  assert.deepEqual(namespaceOptions({ shareProcessNamespace: true, hostNetwork: true }), { network: "NODE", ipc: "POD", pid: "POD" });
  assert.deepEqual(namespaceOptions({}, "abc"), { network: "POD", ipc: "POD", pid: "TARGET", target_id: "abc" });
  assert.deepEqual(namespaceOptions({ hostPID: true, hostIPC: true }, "abc"), { network: "POD", ipc: "NODE", pid: "NODE" });
});

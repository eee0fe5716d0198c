/**
 * Programs of others against Rampart, unchanged: Go programs on client-go and controller-runtime, and Helm. Run by hand, for both are built first (a few minutes, kept in
 * the user's cache):
 *
 *     ./rampart test test/clients/clients.test.ts
 */

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { type Kubectl, kubectl } from "../support/kubectl.ts";
import { startKubelet } from "../support/kubelet.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { chartFiles } from "./chart.ts";

const run = promisify(execFile);
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "rampart");
const HELM_VERSIONS = ["v3.22.0", "v4.3.1"];
const BUILD_TIMEOUT_MS = 900_000;
const RUN_TIMEOUT_MS = 300_000;

function go(folder: string, ...args: readonly string[]): void {
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
  execFileSync("go", args, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"], timeout: BUILD_TIMEOUT_MS });
}

/** @returns Helm's program, built from its published module, whose hash Go checks against the public log */
function helmProgram(version: string): string {
  const target = join(CACHE, `helm-${version}`);
  if (existsSync(target)) return target;
  const folder = mkdtempSync(join(tmpdir(), "rampart-helm-"));
  try {
    mkdirSync(dirname(target), { recursive: true });
    const module = `helm.sh/helm/${version.replace(/\..*$/, "")}`;
    writeFileSync(join(folder, "go.mod"), `module helm\n\ngo 1.26.0\n\nrequire ${module} ${version}\n`);
    writeFileSync(join(folder, "tools.go"), `//go:build tools\n\npackage tools\n\nimport _ "${module}/cmd/helm"\n`);
    go(folder, "mod", "tidy");
    go(folder, "build", "-o", target, `${module}/cmd/helm`);
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A control plane with one node whose kubelet runs whatever it is asked as `cat`. */
async function stage(t: TestContext): Promise<{ k: Kubectl }> {
  const kubelet = await startKubelet(t, "node-1");
  const cluster = await startControlPlane({ outgoing: kubelet.outgoing });
  t.after(() => cluster.close());
  const k = kubectl(t, cluster.adminKubeconfig);
  const make = (object: object) => k.with(JSON.stringify(object), "create", "-f", "-");
  await make({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } });
  await make({ apiVersion: "v1", kind: "Node", metadata: { name: "node-1" } });
  const status = { addresses: [{ type: "InternalIP", address: "127.0.0.1" }], daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } } };
  await k("patch", "node", "node-1", "--subresource=status", "--type=merge", "-p", JSON.stringify({ status }));
  return { k };
}

test("programs on client-go and controller-runtime", { timeout: BUILD_TIMEOUT_MS }, async (t) => {
  const { k } = await stage(t);
  const program = join(await temporaryDirectory(t), "clients");
  go(import.meta.dirname, "build", "-o", program, ".");
  const security = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  const containers = [{ name: "main", image: "example.invalid/shell:1", securityContext: security }];
  await k.with(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "shell" }, spec: { nodeName: "node-1", containers } }), "create", "-f", "-");
  const { stdout } = await run(program, { env: { ...process.env, KUBECONFIG: k.kubeconfig }, timeout: RUN_TIMEOUT_MS });
  assert.deepEqual(
    stdout.match(/^ok [a-z -]+?(?= \()/gim),
    ["informers", "leader election", "dynamic client", "apply configurations", "executors", "manager"].map((name) => `ok ${name}`),
  );
});

for (const version of HELM_VERSIONS)
  test(`Helm ${version} installs, upgrades, rolls back and uninstalls a chart with its own kinds`, { timeout: BUILD_TIMEOUT_MS }, async (t) => {
    const { k } = await stage(t);
    const program = helmProgram(version);
    const chart = await temporaryDirectory(t);
    for (const [path, text] of Object.entries(chartFiles)) {
      mkdirSync(dirname(join(chart, path)), { recursive: true });
      writeFileSync(join(chart, path), text);
    }
    const env = { PATH: process.env.PATH, HOME: dirname(k.kubeconfig), KUBECONFIG: k.kubeconfig };
    const helm = async (...args: readonly string[]): Promise<string> => (await run(program, [...args], { env, timeout: RUN_TIMEOUT_MS })).stdout;
    const colour = () => k("get", "configmap", "shop-settings", "-o", "jsonpath={.data.colour}");
    const flavour = () => k("get", "flavours.shop.example.org", "shop", "-o", "jsonpath={.spec.taste}/{.spec.strength}");

    await helm("install", "shop", chart, "--wait=false");
    assert.match(await helm("status", "shop"), /STATUS: deployed\nREVISION: 1/);
    assert.match(await helm("status", "shop"), /Found the account default/);
    assert.equal(await colour(), "red");
    assert.equal(await flavour(), "sweet/5");
    assert.equal(await k("get", "deployment", "shop", "-o", "jsonpath={.spec.replicas}"), "2");

    await helm("upgrade", "shop", chart, "--set", "colour=blue", "--set", "taste=sour", "--set", "replicas=3", "--set", "account=false", "--wait=false");
    assert.deepEqual([await colour(), await flavour(), await k("get", "deployment", "shop", "-o", "jsonpath={.spec.replicas}")], ["blue", "sour/5", "3"]);
    await assert.rejects(k("get", "serviceaccount", "shop"), /not found/);
    await assert.rejects(helm("upgrade", "shop", chart, "--set", "taste=loud"), /Unsupported value: "loud"/);

    await helm("rollback", "shop", "1", "--wait=false");
    assert.deepEqual([await colour(), await flavour(), await k("get", "deployment", "shop", "-o", "jsonpath={.spec.replicas}")], ["red", "sweet/5", "2"]);
    await k("get", "serviceaccount", "shop");
    assert.deepEqual(
      (JSON.parse(await helm("history", "shop", "-o", "json")) as { revision: number; status: string }[]).map(({ revision, status }) => [revision, status]),
      [
        [1, "superseded"],
        [2, "superseded"],
        [3, "failed"],
        [4, "deployed"],
      ],
    );
    assert.match(await helm("get", "manifest", "shop"), /colour: red/);
    assert.match(await helm("list", "-o", "json"), /"name":"shop"/);

    await helm("uninstall", "shop");
    for (const thing of ["configmap/shop-settings", "secret/shop", "deployment/shop", "service/shop", "flavour/shop", "rolebinding/shop"])
      await assert.rejects(k("get", thing), /not found/, thing);
    // Helm leaves definitions of kinds behind, and releases nothing else.
    assert.equal((await k("get", "crd", "-o", "name")).trim(), "customresourcedefinition.apiextensions.k8s.io/flavours.shop.example.org");
    assert.equal((await helm("list", "-q")).trim(), "");
  });

/** The process of the API server with a keeper of the record in the test's own, on files made for it. */

import assert from "node:assert/strict";
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";
import type { ApiServerConfig } from "../../src/apiserver/config.ts";
import { AuditLog } from "../../src/auditd/log.ts";
import { serveSender } from "../../src/auditd/service.ts";
import { type Identity, newAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";
import { newKeyPair } from "../../src/machinery/certificates/keys.ts";
import { READY_MARK } from "../../src/machinery/log.ts";
import { temporaryDirectory } from "./temporary.ts";

const START_MS = 30_000;
const DAY_MS = 86_400_000;
const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");

type Child = ChildProcessByStdio<null, Readable, Readable>;

export interface ServerFiles {
  readonly url: string;
  /** PEM of the authority of the server's certificate. */
  readonly ca: string;
  identity(user: string, groups?: readonly string[]): Identity;
  /** @returns once it says that it is ready; each line of its log is told to `onLine` */
  start(changed?: Partial<ApiServerConfig>, onLine?: (line: string) => void, flags?: readonly string[]): Promise<ChildProcess>;
}

/** @returns how to start the server, as often as one likes, over the one store; all is removed when the test ends */
export async function serverFiles(t: TestContext): Promise<ServerFiles> {
  const folder = await temporaryDirectory(t);
  const at = (name: string): string => join(folder, name);
  const now = Date.now();
  const clientCa = newAuthority({ commonName: "clients", lifetimeMs: DAY_MS, now });
  const servingCa = newAuthority({ commonName: "servers", lifetimeMs: DAY_MS, now });
  const leaf = (commonName: string, organizations: readonly string[], usage: string) => ({
    subject: { commonName, organizations },
    usages: ["digital signature", usage],
    lifetimeMs: DAY_MS,
    now,
  });
  const serving = newIdentity(servingCa, { ...leaf("api", [], "server auth"), names: { ips: ["127.0.0.1"] } });
  const kubelets = newIdentity(clientCa, leaf("kubelets", [], "client auth"));
  const texts = {
    "serving.crt": serving.cert,
    "serving.key": serving.key,
    "clients.crt": clientCa.cert,
    "servers.crt": servingCa.cert,
    "kubelets.crt": kubelets.cert,
    "kubelets.key": kubelets.key,
    "accounts.key": newKeyPair().pem,
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(at(name), text, { mode: 0o600 });
  const log = await AuditLog.open({ directory: folder });
  const keeper = createServer((socket) => serveSender(socket, log, (error) => assert.fail(String(error)))).listen(at("audit.sock"));
  const children: ChildProcess[] = [];
  t.after(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    keeper.close();
    await log.close();
  });
  const port = await freePort();
  const config: ApiServerConfig = {
    listen: ["127.0.0.1"],
    port,
    servingCertificate: at("serving.crt"),
    servingKey: at("serving.key"),
    clientCa: at("clients.crt"),
    servingCa: at("servers.crt"),
    frontProxyCa: at("clients.crt"),
    kubeletClientCertificate: at("kubelets.crt"),
    kubeletClientKey: at("kubelets.key"),
    frontProxyClientCertificate: at("kubelets.crt"),
    frontProxyClientKey: at("kubelets.key"),
    serviceAccountKey: at("accounts.key"),
    serviceAccountIssuer: "https://kubernetes.default.svc",
    store: at("state.db"),
    sealingKey: at("sealing.key"),
    auditSocket: at("audit.sock"),
    serviceCidr: "10.96.0.0/16",
    podCidr: "10.244.0.0/16",
    nodePorts: [30_000, 32_767],
    clusterDomain: "cluster.local",
  };
  return {
    url: `https://127.0.0.1:${port}`,
    ca: servingCa.cert,
    identity: (user, groups = []) => newIdentity(clientCa, leaf(user, groups, "client auth")),
    start(changed = {}, onLine = () => {}, flags = []) {
      writeFileSync(at("config.json"), JSON.stringify({ ...config, ...changed }));
      const child = launch(at("config.json"), flags);
      children.push(child);
      return ready(child, onLine);
    },
  };
}

function launch(config: string, flags: readonly string[]): Child {
  return spawn(process.execPath, ["--disable-proto=delete", ...flags, MAIN, "apiserver", "--config", config], { stdio: ["ignore", "pipe", "pipe"] });
}

async function ready(child: Child, onLine: (line: string) => void): Promise<ChildProcess> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the API server isn't ready")), START_MS);
    child.once("exit", (code) => reject(new Error(`the API server ended with ${code}`)));
    const told = (chunk: Buffer): void => {
      for (const line of String(chunk).split("\n")) if (line) onLine(line);
      if (!String(chunk).includes(READY_MARK)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on("data", told);
    child.stderr.on("data", told);
  });
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : assert.fail("no port");
}

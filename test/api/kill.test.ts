/** The API server is killed in the middle of a write load, fifty times: what it acknowledged is there when it is back. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigMap } from "../../src/api/resources.ts";
import type { ConfigMap as ConfigMapObject } from "../../src/api/tables/core-v1.ts";
import type { ApiServerConfig } from "../../src/apiserver/config.ts";
import { AuditLog } from "../../src/auditd/log.ts";
import { serveSender } from "../../src/auditd/service.ts";
import type { Client } from "../../src/client/client.ts";
import { connect } from "../../src/client/connect.ts";
import { newAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";
import { newKeyPair } from "../../src/machinery/certificates/keys.ts";
import { READY_MARK } from "../../src/machinery/log.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ROUNDS = 50;
const WRITERS = 8;
/** The kill comes at any moment of a burst, also before its first answer. */
const KILL_WITHIN_MS = 150;
const START_MS = 30_000;
const DAY_MS = 86_400_000;
const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");

test("what the API server acknowledged survives kill -9, fifty times", { timeout: 400_000 }, async (t) => {
  const folder = await temporaryDirectory(t);
  const at = (name: string): string => join(folder, name);
  const now = Date.now();
  const clientCa = newAuthority({ commonName: "clients", lifetimeMs: DAY_MS, now });
  const servingCa = newAuthority({ commonName: "servers", lifetimeMs: DAY_MS, now });
  const leaf = (commonName: string, organizations: string[], usage: string) => ({
    subject: { commonName, organizations },
    usages: ["digital signature", usage],
    lifetimeMs: DAY_MS,
    now,
  });
  const serving = newIdentity(servingCa, { ...leaf("api", [], "server auth"), names: { ips: ["127.0.0.1"] } });
  const kubelets = newIdentity(clientCa, leaf("kubelets", [], "client auth"));
  const admin = newIdentity(clientCa, leaf("admin", ["system:masters"], "client auth"));
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
  t.after(async () => {
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
  writeFileSync(at("config.json"), JSON.stringify(config));
  const access = { server: `https://127.0.0.1:${port}`, ca: servingCa.cert, certificate: () => admin };

  /** Name → what was written, of every write that was answered. */
  const acknowledged = new Map<string, string>();
  let serial = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const server = await start(at("config.json"));
    const client = connect({ access, component: "kill-test" });
    try {
      const { items } = await client.list(ConfigMap, "default");
      const there = new Map(items.map((item) => [item.metadata.name, item.data?.n]));
      for (const [name, value] of acknowledged) assert.equal(there.get(name), value, `${name} was acknowledged before kill ${round}`);
      if (round === ROUNDS) break;
      const writing = Promise.all(Array.from({ length: WRITERS }, () => writeUntilItFails(client)));
      await sleep(Math.random() * KILL_WITHIN_MS);
      server.kill("SIGKILL");
      await once(server, "exit");
      await writing;
    } finally {
      server.kill("SIGKILL");
      await client.transport.close();
    }
  }
  assert.ok(acknowledged.size > ROUNDS, `only ${acknowledged.size} writes were acknowledged`);
  t.diagnostic(`${acknowledged.size} acknowledged writes over ${ROUNDS} kills`);

  async function writeUntilItFails(client: Client): Promise<void> {
    for (;;) {
      const name = `w-${serial++}`;
      const object: ConfigMapObject = { metadata: { name, namespace: "default" }, data: { n: String(serial) } };
      try {
        await client.create(ConfigMap, object);
      } catch {
        return;
      }
      acknowledged.set(name, object.data?.n ?? "");
    }
  }
});

/** @returns once it says that it is ready */
async function start(config: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--disable-proto=delete", MAIN, "apiserver", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the API server isn't ready")), START_MS);
    child.once("exit", (code) => reject(new Error(`the API server ended with ${code}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      if (!String(chunk).includes(READY_MARK)) return;
      clearTimeout(timer);
      resolve();
    });
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

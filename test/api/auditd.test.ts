import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { duplexPair } from "node:stream";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AuditLog } from "../../src/auditd/log.ts";
import { serveSender } from "../../src/auditd/service.ts";
import { auditdArguments, listenForSenders } from "../../src/auditd/start.ts";
import { systemClock } from "../../src/machinery/clock.ts";
import { auditRecord } from "../../src/security/audit/record.ts";
import { AuditBacklogError, auditSink } from "../../src/security/audit/sink.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../src", import.meta.url));
/** A checkout's modules may be a link to another's. */
const modules = realpathSync(join(root, "../node_modules"));

function record(id: string) {
  return auditRecord({
    auditId: id,
    stage: "ResponseComplete",
    target: "/é",
    attributes: undefined,
    method: "GET",
    user: undefined,
    peerAddress: "::1",
    receivedAt: 0,
    now: 0,
  });
}

/** The ids in the log, oldest file first. */
function kept(directory: string): string[] {
  const files = readdirSync(directory).toSorted((a, b) => (a === "audit.log" ? 1 : b === "audit.log" ? -1 : a < b ? -1 : 1));
  const text = files.map((file) => readFileSync(join(directory, file), "utf8")).join("");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line).auditID);
}

async function startAuditd(logDirectory: string): Promise<ChildProcess> {
  const flags = auditdArguments(join(root, "auditd/main.ts"), dirname(root), logDirectory);
  const child = spawn(process.execPath, [`--allow-fs-read=${modules}`, ...flags], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const early = once(child, "exit").then(([code]) => assert.fail(`auditd ended with ${code} before it was ready`));
  const [message] = await Promise.race([once(child, "message"), early]);
  early.catch(() => {});
  assert.deepEqual(message, { ready: true });
  return child;
}

test("auditd is killed again and again while records come: none is lost, none is there twice, all are in order", async (t) => {
  const directory = await temporaryDirectory(t);
  const logDirectory = join(directory, "log");
  await mkdir(logDirectory);
  const socket = await listenForSenders(join(directory, "s"));
  t.after(() => socket.close());
  const sink = auditSink({
    clock: systemClock,
    connect: async () => {
      const connection = connect(join(directory, "s"));
      await once(connection, "connect");
      return connection;
    },
  });
  const sent: string[] = [];
  let running = true;
  const sending = (async () => {
    while (running) {
      for (let i = 0; i < 20 && !sink.full; i++) {
        sink.append(record(`r-${sent.length}`));
        sent.push(`r-${sent.length}`);
      }
      await sleep(1);
    }
  })();
  for (let kills = 0; kills < 6; kills++) {
    const child = await startAuditd(logDirectory);
    socket.handTo(child);
    await sleep(60 + 40 * kills);
    assert.equal(child.exitCode, null);
    child.kill("SIGKILL");
    await once(child, "exit");
    socket.handTo(undefined);
  }
  running = false;
  await sending;
  const child = await startAuditd(logDirectory);
  socket.handTo(child);
  await sink.durable();
  await sink.close();
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  assert.ok(sent.length > 500, `${sent.length} records`);
  assert.deepEqual(kept(logDirectory), sent);
});

test("auditd can open no connection, listen nowhere and touch no file but its log", async (t) => {
  const directory = await temporaryDirectory(t);
  const code = `
    const { connect, createServer } = require("node:net"); const fs = require("node:fs"); const tried = {};
    const attempt = async (name, does) => { try { await does(); tried[name] = "done"; } catch (error) { tried[name] = error.code; } };
    (async () => {
      await attempt("write", () => fs.writeFileSync("${directory}/other", "x"));
      await attempt("read", () => fs.readFileSync("/etc/passwd"));
      await attempt("connect", () => new Promise((done, fail) => connect(1, "127.0.0.1").on("connect", done).on("error", fail)));
      await attempt("listen", () => new Promise((done, fail) => createServer().listen("${directory}/x.sock", done).on("error", fail)));
      await attempt("spawn", () => require("node:child_process").execFileSync("/bin/true"));
      await attempt("worker", () => new (require("node:worker_threads").Worker)("1", { eval: true }));
      await attempt("log", () => fs.writeFileSync("${directory}/log/x", "x"));
      console.log(JSON.stringify(tried));
    })();`;
  await mkdir(join(directory, "log"));
  const flags = auditdArguments("main", root, join(directory, "log")).filter((flag) => flag.startsWith("--"));
  const child = spawn(process.execPath, [...flags, "--eval", code], { stdio: ["ignore", "pipe", "inherit"] });
  const output = (await child.stdout.toArray()).join("");
  const denied = "ERR_ACCESS_DENIED";
  assert.deepEqual(JSON.parse(output), { write: denied, read: denied, connect: denied, listen: denied, spawn: denied, worker: denied, log: "done" });
});

test("in one process the same log works over a pair of streams, rotates, cuts a torn line and takes no record twice", async (t) => {
  const directory = await temporaryDirectory(t);
  let log = await AuditLog.open({ directory, rotateBytes: 2000 });
  const start = (instance: string) =>
    auditSink({
      clock: systemClock,
      instance,
      connect: async () => {
        const [near, far] = duplexPair();
        serveSender(far, log, (error) => assert.fail(String(error)));
        return near;
      },
    });
  const sink = start("one");
  for (let i = 0; i < 30; i++) {
    sink.append(record(`r-${i}`));
    await sink.durable();
  }
  await sink.close();
  await log.close();
  assert.ok(readdirSync(directory).length > 3);
  await appendFile(join(directory, "audit.log"), '{"instance":"one","sequence":31,"torn');
  log = await AuditLog.open({ directory, rotateBytes: 2000 });
  const again = start("one"); // The same sender, which remembers nothing: its first 30 numbers are known.
  for (let i = 0; i < 32; i++) again.append(record(`r-${i}`));
  await again.durable();
  await again.close();
  await log.close();
  assert.deepEqual(
    kept(directory),
    Array.from({ length: 32 }, (_, i) => `r-${i}`),
  );
});

test("an acknowledgement never names a record that is still being written", async (t) => {
  const directory = await temporaryDirectory(t);
  const log = await AuditLog.open({ directory });
  const line = (sequence: number) => `{"instance":"one","sequence":${sequence},"auditID":"r-${sequence}"}`;
  const acknowledged = [log.append([line(1)]), log.append([line(2), line(3)]), log.append([line(3), line(4)])];
  assert.equal(await acknowledged[0], 1);
  assert.deepEqual(await Promise.all(acknowledged), [1, 4, 4]);
  await log.close();
  assert.deepEqual(kept(directory), ["r-1", "r-2", "r-3", "r-4"]);
});

test("a full queue refuses records instead of losing them", async () => {
  const sink = auditSink({ clock: systemClock, recordsMax: 2, connect: () => Promise.reject(new Error("nobody")) });
  sink.append(record("a"));
  sink.append(record("b"));
  assert.equal(sink.full, true);
  assert.throws(() => sink.append(record("c")), AuditBacklogError);
  await sink.close(1);
});

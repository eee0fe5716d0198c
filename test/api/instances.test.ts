/** Several API servers in one process: what one answers the others know, they count as one, and they live and end together. */

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Raw, send } from "../support/https.ts";
import { type ServerFiles, serverFiles } from "../support/server-process.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const INSTANCES = 2;
const LINES_MAX = 50;

interface Started {
  readonly files: ServerFiles;
  readonly admin: Raw;
  readonly child: ChildProcess;
  readonly lines: string[];
}

async function started(t: TestContext): Promise<Started> {
  const files = await serverFiles(t);
  const lines: string[] = [];
  const child = await files.start({ instances: INSTANCES }, (line) => lines.push(line));
  return { files, child, lines, admin: { url: files.url, ca: files.ca, identity: files.identity("admin", ["system:masters"]) } };
}

/** Each request comes over a connection of its own, which the kernel gives to one of the instances. */
const json = { "content-type": "application/json" };
const map = (name: string, n: number): string => JSON.stringify({ metadata: { name }, data: { n: String(n) } });

async function scrape(admin: Raw): Promise<string[]> {
  return (await send(admin, "GET", "/metrics")).text.split("\n");
}

function sum(lines: readonly string[], series: RegExp): number {
  return lines.filter((line) => series.test(line)).reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
}

test("what was answered by one instance every instance shows; they are measured as one server", { timeout: 60_000 }, async (t) => {
  const { admin, files } = await started(t);
  const made = 40;
  const before = await scrape(admin);
  for (let n = 0; n < made; n++) {
    assert.equal((await send(admin, "POST", MAPS, json, map(`m${n}`, n))).code, 201);
    assert.equal((await send(admin, "GET", `${MAPS}/m${n}`)).json().data.n, String(n));
    assert.equal((await send(admin, "GET", MAPS)).json().items.length, n + 1);
  }
  const after = await scrape(admin);
  assert.equal(sum(after, /^rampart_apiserver_instances/), INSTANCES);
  for (const series of [/^apiserver_resource_objects\{group="",resource="configmaps"\}/, /^apiserver_request_total\{code="201",.*resource="configmaps"/])
    assert.equal(sum(after, series) - sum(before, series), made, String(series));
  for (const thread of ["0", "1"]) assert.ok(after.some((line) => line.startsWith(`nodejs_heap_size_used_bytes{thread="${thread}"}`)));
  assert.equal(after.filter((line) => line.startsWith("process_resident_memory_bytes ")).length, 1);
  // Who is let in by what was just written is let in everywhere.
  for (let n = 0; n < 10; n++) {
    const role = JSON.stringify({ metadata: { name: `r${n}` }, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }] });
    const binding = {
      metadata: { name: `r${n}` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: `r${n}` },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: `u${n}` }],
    };
    const user: Raw = { ...admin, identity: files.identity(`u${n}`) };
    const roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    assert.equal((await send(user, "GET", MAPS)).code, 403);
    assert.equal((await send(admin, "POST", `${roles}/roles`, json, role)).code, 201);
    assert.equal((await send(admin, "POST", `${roles}/rolebindings`, json, JSON.stringify(binding))).code, 201);
    assert.equal((await send(user, "GET", MAPS)).code, 200);
    assert.equal((await send(admin, "DELETE", `${roles}/rolebindings/r${n}`)).code, 200);
    assert.equal((await send(user, "GET", MAPS)).code, 403);
  }
});

test("a process with several instances drains all of them when it is asked to end", { timeout: 60_000 }, async (t) => {
  const { admin, child, lines } = await started(t);
  assert.equal((await send(admin, "POST", MAPS, json, map("a", 1))).code, 201);
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  assert.equal(code, 0, lines.slice(-LINES_MAX).join("\n"));
});

test("a process whose second instance can't begin ends, and says why", { timeout: 60_000 }, async (t) => {
  const files = await serverFiles(t);
  const lines: string[] = [];
  const failing = `
    import { Server } from "node:tls";
    import { workerData } from "node:worker_threads";
    if (workerData?.index === 1) Server.prototype.listen = () => { throw new Error("no door for the second"); };
  `;
  const flags = ["--import", `data:text/javascript,${encodeURIComponent(failing)}`];
  await assert.rejects(
    files.start({ instances: INSTANCES }, (line) => lines.push(line), flags),
    /ended with [1-9]/,
  );
  assert.ok(
    lines.some((line) => line.includes("no door for the second")),
    lines.slice(-LINES_MAX).join("\n"),
  );
});

test("an error that nobody catches in one instance ends the process, as it ends a server that is alone", { timeout: 60_000 }, async (t) => {
  const files = await serverFiles(t);
  const lines: string[] = [];
  const sign = join(await temporaryDirectory(t), "fail");
  const failing = `
    import { existsSync } from "node:fs";
    import { workerData } from "node:worker_threads";
    if (workerData?.index === 1) setInterval(() => { if (existsSync(${JSON.stringify(sign)})) throw new Error("uncaught in the second"); }, 20);
  `;
  const child = await files.start({ instances: INSTANCES }, (line) => lines.push(line), ["--import", `data:text/javascript,${encodeURIComponent(failing)}`]);
  writeFileSync(sign, "");
  const [code] = await once(child, "exit");
  assert.notEqual(code, 0);
  assert.ok(
    lines.some((line) => line.includes("uncaught in the second")),
    lines.slice(-LINES_MAX).join("\n"),
  );
});

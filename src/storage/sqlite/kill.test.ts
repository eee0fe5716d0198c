/**
 * Kills a process that writes as fast as it can, at moments of chance, and looks for every write that it was told was done. This file is also
 * that process: started with `write`, it writes until it is killed.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { sqliteStore } from "./store.ts";

const ROUNDS = 50;
const WRITERS = 16;
const BURST_MAX_MS = 80;

if (process.argv[2] === "write") await writeUntilKilled();
else test("sqlite: after kill -9 in the middle of writes every acknowledged one is there, and none is half there", { timeout: 120_000 }, killAndLook);

/** Each write puts two keys; what is acknowledged is printed as "ROUND/N REVISION". */
async function writeUntilKilled(): Promise<void> {
  const [, , , dir = "", round = ""] = process.argv;
  const store = await sqliteStore(filesIn(dir));
  let n = 0;
  const writer = async () => {
    for (;;) {
      const name = `${round}/${n++}`;
      const { revision } = await store.txn({ if: [], then: [put(`/left/${name}`, name), put(`/right/${name}`, name), put("/newest", name)] });
      process.stdout.write(`${name} ${revision}\n`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

async function killAndLook(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "rampart-kill-"));
  try {
    let total = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await killOnce(dir, round);
      await look(dir, round, acknowledged);
      total += acknowledged.size;
    }
    assert.ok(total > ROUNDS, `only ${total} writes were acknowledged: the test saw nothing`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** @returns by name the revision of every write that the process was told of before it died */
async function killOnce(dir: string, round: number): Promise<Map<string, number>> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "write", dir, `${round}`], { stdio: ["ignore", "pipe", "pipe"], env });
  const exited = new Promise<unknown>((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    // The clock of chance starts with the first acknowledged write.
    if (printed === "") setTimeout(() => child.kill("SIGKILL"), Math.random() * BURST_MAX_MS);
    printed += text;
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  assert.equal(await exited, "SIGKILL", complaints);
  // The last line may have been cut off by the kill; what wasn't printed whole wasn't told.
  const lines = printed.split("\n").slice(0, -1);
  return new Map(lines.map((line) => [line.split(" ")[0] as string, Number(line.split(" ")[1])]));
}

async function look(dir: string, round: number, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const store = await sqliteStore(filesIn(dir));
  try {
    const [left, right] = await Promise.all(["/left", "/right"].map(async (side) => (await store.list({ prefix: `${side}/${round}/` })).entries));
    const revisions = new Map(left?.map((entry) => [entry.key.slice("/left/".length), entry.modified]));
    for (const [name, revision] of acknowledged) assert.equal(revisions.get(name), revision, `${name} was acknowledged at ${revision}`);
    assert.deepEqual(new Map(right?.map((entry) => [entry.key.slice("/right/".length), entry.modified])), revisions, "both keys of a write, or none");
    for (const entry of left ?? []) assert.equal(`/left/${Buffer.from(entry.value)}`, entry.key);
    const newest = await store.get("/newest");
    assert.equal(newest?.modified, Math.max(...revisions.values()));
    assert.equal(newest?.modified, await store.revision());
  } finally {
    await store.close();
  }
}

function put(key: string, value: string) {
  return { put: key, value: Buffer.from(value), uid: "", scope: "" };
}

function filesIn(dir: string) {
  return { file: join(dir, "state.db"), keyFile: join(dir, "sealing.key") };
}

/** A small machine for tests that need root's powers: network, mount, pid, UTS and IPC namespaces of its own, no route out, gone with the test. */

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Cgroups } from "../../src/node/cgroups/pod-cgroup.ts";
import { pauseProgram } from "../../src/node/containerd/pause.ts";

export interface Machine {
  /** Of its init, as seen from outside. */
  readonly pid: number;
  /** A folder of the real disk, the same path inside and outside; removed in the end. */
  readonly folder: string;
  /** Words that run a command inside: `[...enter, "ip", "link"]`. */
  readonly enter: readonly string[];
  /** Like pulling the plug: every process and mount inside is gone. */
  [Symbol.asyncDispose](): Promise<void>;
}

const BOOT_MS = 5000;
/** A file of tests that takes longer hangs. */
const RUN_MS = 4 * 60_000;
/** Set for a test file that runs inside, to the machine's folder. */
const INSIDE = "RAMPART_TEST_MACHINE";

/** Boots a machine; needs root. */
export async function startMachine(): Promise<Machine> {
  assert.equal(process.getuid?.(), 0, "a machine of its own needs root");
  const folder = await mkdtemp(join(tmpdir(), "rampart-machine-"));
  const init = join(folder, "init");
  writeFileSync(init, pauseProgram(), { mode: 0o755 });
  // The plug is also pulled when the test process is killed.
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--uts", "--ipc", "--kill-child", "--mount-proc", "--propagation", "private"];
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "unshare", ...namespaces, init], { stdio: ["ignore", "inherit", "inherit"] });
  try {
    const pid = await childOf(child);
    const enter = ["nsenter", "--target", String(pid), "--mount", "--pid", "--net", "--uts", "--ipc"];
    const setUp =
      "mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /var/lib/cni && mount -t tmpfs tmpfs /var/lib/cni && ip link set lo up && sysctl -qw net.ipv4.ip_forward=1";
    execFileSync(enter[0]!, [...enter.slice(1), "sh", "-c", setUp], { stdio: "inherit" });
    return {
      pid,
      folder,
      enter,
      async [Symbol.asyncDispose]() {
        await stop(child);
        // Cgroups are the host's kernel's: they outlive the machine whose processes they held.
        await new Cgroups().remove(`/${basename(folder)}`).catch(() => undefined);
        await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      },
    };
  } catch (error) {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** unshare's only child is the machine's init; it is in place once it runs our program. */
async function childOf(unshare: ChildProcess): Promise<number> {
  const until = Date.now() + BOOT_MS;
  while (Date.now() < until) {
    if (unshare.exitCode !== null) throw new Error(`unshare ended with ${unshare.exitCode}`);
    try {
      const pid = Number(readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, "utf8").trim());
      if (pid && readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "init") return pid;
    } catch {
      // Not there yet.
    }
    await sleep(10);
  }
  throw new Error(`The machine's init did not appear within ${BOOT_MS} ms`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/**
 * Runs a test file inside a machine of its own: outside, the file is one test that runs it again within; inside, its tests are declared.
 * Use as the file's only top-level statement.
 */
export function insideMachine(file: string, tests: (folder: string) => void): void {
  const folder = process.env[INSIDE];
  if (folder) {
    tests(folder);
    return;
  }
  test(`in a machine of its own: ${file.replace(/^.*\/(src|test)\//, "$1/")}`, async () => {
    await using machine = await startMachine();
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const [program, ...words] = [...machine.enter, process.execPath, "--disable-proto=delete", "--test-reporter=spec", file];
    const child = spawn(program!, words, { env: { ...env, [INSIDE]: machine.folder }, stdio: ["ignore", "pipe", "pipe"], timeout: RUN_MS });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += chunk;
      if (process.env.VERBOSE) process.stderr.write(chunk);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    // What hangs inside holds the pipes when nsenter is killed; it ends with the machine.
    const code = await new Promise((resolve) => child.once("close", resolve).once("exit", (status) => status ?? resolve("killed: it took too long")));
    assert.equal(code, 0, output);
    assert.match(output, /^ℹ pass [1-9]/m, output);
  });
}

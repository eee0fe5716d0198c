/** A whole cluster as a newcomer starts it: a clone in a private folder, `./rampart up --detach`, the real kubectl. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const CHECKOUT = resolve(import.meta.dirname, "../..");

export interface ProcessRow {
  readonly name: string;
  readonly pid: number;
  readonly user: string;
  readonly ready: boolean;
}

export class TestCluster {
  readonly data: string;
  readonly #clone: string;
  readonly #folders: readonly string[];

  private constructor(clone: string, data: string, folders: readonly string[]) {
    this.#clone = clone;
    this.data = data;
    this.#folders = folders;
  }

  /** Clones this repository into a folder that nobody else may enter; nothing runs yet. What is installed is shared by hard links. */
  static async clone(): Promise<TestCluster> {
    const home = await mkdtemp(join(tmpdir(), "rampart-home-"));
    chmodSync(home, 0o700);
    const clone = join(home, "rampart");
    await run("cp", [
      "-a",
      "--reflink=auto",
      ...["src", "scripts", "rampart", "package.json", "package-lock.json", "tsconfig.json"].map((name) => join(CHECKOUT, name)),
      await folder(clone),
    ]);
    for (const name of ["node_modules", ".rampart"]) await run("cp", ["-aL", "--reflink=auto", join(CHECKOUT, name), join(clone, name)]);
    const data = await mkdtemp(join(tmpdir(), "rampart-cluster-"));
    chmodSync(data, 0o755);
    return new TestCluster(clone, data, [home, data]);
  }

  async rampart(...args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run(join(this.#clone, "rampart"), [...args, "--data", this.data], {
      timeout: 240_000,
      env: { ...process.env, NO_COLOR: "1" },
    }).catch((error: Error & { stdout?: string; stderr?: string }) =>
      assert.fail(`rampart ${args.join(" ")}: ${error.message}\n${error.stdout}${error.stderr}\n${this.#logs()}`),
    );
    return stdout + stderr;
  }

  get kubeconfig(): string {
    return readFileSync(join(this.data, "admin.kubeconfig"), "utf8");
  }

  async processes(): Promise<ProcessRow[]> {
    return (JSON.parse(await this.rampart("status", "--json")) as { processes: ProcessRow[] }).processes;
  }

  async process(name: string): Promise<ProcessRow> {
    return (await this.processes()).find((row) => row.name === name) ?? assert.fail(`no process ${name} runs`);
  }

  /** Kills a process as a crash would. @returns how long it took until another one is ready in its place, in milliseconds */
  async kill(name: string, timeoutMs: number): Promise<number> {
    const { pid } = await this.process(name);
    process.kill(pid, "SIGKILL");
    const began = performance.now();
    while (performance.now() - began < timeoutMs) {
      const now = (await this.processes()).find((row) => row.name === name);
      if (now && now.pid !== pid && now.ready) return performance.now() - began;
      await sleep(100);
    }
    return assert.fail(`${name} isn't back ${timeoutMs} ms after it was killed\n${this.#logs()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(join(this.#clone, "rampart"), ["down", "--data", this.data], { timeout: 120_000 }).catch(() => undefined);
    for (const path of this.#folders) await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }

  #logs(): string {
    try {
      return readFileSync(join(this.data, "logs", "up.log"), "utf8").slice(-4000);
    } catch {
      return "";
    }
  }
}

async function folder(path: string): Promise<string> {
  await run("mkdir", ["-p", path]);
  return path;
}

/** Asks again and again until the answer pleases. @returns the last answer */
export async function eventually<T>(what: string, timeoutMs: number, ask: () => Promise<T>, pleases: (answer: T) => boolean): Promise<T> {
  const until = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < until) {
    try {
      const answer = await ask();
      if (pleases(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await sleep(200);
  }
  return assert.fail(`${what}: not within ${timeoutMs} ms; last seen: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
}

/** Starts one process of the cluster with its user, its log and no more rights than its job, inside a machine or beside it. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { READY_MARK } from "../../machinery/log.ts";
import { childOf, isAlive, markOf, type ProcessMark, signal } from "./proc.ts";
import type { Started } from "./unit.ts";

const LOG_MAX_BYTES = 32 * 1024 * 1024;
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** glibc's allocator otherwise keeps an arena a thread, and what was freed in each: half of an idle API server's memory. */
const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C.UTF-8",
  MALLOC_ARENA_MAX: "2",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

/** A started unit that is a process. */
export type Running = Started & { readonly mark: ProcessMark };

export interface Launch {
  readonly command: readonly string[];
  /** Numeric user; undefined: as `up` itself. */
  readonly uid?: number | undefined;
  /** Words that enter the machine it runs in. */
  readonly enter?: readonly string[] | undefined;
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its log says when it is ready; otherwise this is asked again and again. */
  readonly isReady?: () => Promise<boolean>;
  /** An IPC channel is left open to it. */
  readonly channel?: true;
  readonly stopSignal?: NodeJS.Signals;
}

/** The user takes effect at the exec, with no groups, no way to new privileges, and for all but root no capability. */
function asUser(uid: number | undefined): string[] {
  if (uid === undefined) return [];
  return ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"];
}

/** @returns the child (for its channel) and what the supervisor needs */
export async function launch(options: Launch): Promise<Running & { readonly child: ChildProcess }> {
  rotate(options.log);
  const output = openSync(options.log, "a", 0o640);
  const from = fstatSync(output).size;
  const [program = "", ...args] = [...(options.enter ?? []), ...asUser(options.uid), ...options.command];
  const env = { ...ENVIRONMENT, ...options.env };
  const child = spawn(program, args, { stdio: ["ignore", output, output, ...(options.channel ? (["ipc"] as const) : [])], detached: true, cwd: "/", env });
  closeSync(output);
  child.unref();
  child.channel?.unref();
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, by) => resolve(by ? `killed by ${by}` : `ended with ${code}`));
  });
  const mark = await within(child, exited, options.enter !== undefined, options.log, from);
  const ready = untilReady(mark, exited, options, from);
  ready.catch(() => undefined);
  return { child, mark, ready, ended: exited, stop: () => stop(mark, options.stopSignal ?? "SIGTERM") };
}

/** Watches over a process that an earlier `up` started. */
export function adopt(mark: ProcessMark, stopSignal: NodeJS.Signals = "SIGTERM"): Running {
  const ended = (async () => {
    while (isAlive(mark)) await sleep(200);
    return "ended";
  })();
  return { mark, ready: Promise.resolve(), ended, stop: () => stop(mark, stopSignal) };
}

export async function stop(mark: ProcessMark, by: NodeJS.Signals): Promise<void> {
  signal(mark, by);
  for (let waited = 0; isAlive(mark) && waited < STOP_TIMEOUT_MS; waited += POLL_MS) await sleep(POLL_MS);
  signal(mark, "SIGKILL");
  while (isAlive(mark)) await sleep(POLL_MS);
}

/** The process itself: of an entered machine it is nsenter's child. */
async function within(child: ChildProcess, exited: Promise<string>, entered: boolean, log: string, from: number): Promise<ProcessMark> {
  let end: string | undefined;
  void exited.then((how) => {
    end = how;
  });
  for (;;) {
    const pid = child.pid === undefined ? undefined : entered ? childOf(child.pid) : child.pid;
    const mark = pid === undefined ? undefined : markOf(pid);
    if (mark) return mark;
    await sleep(POLL_MS / 4);
    if (end !== undefined) throw new Error(`${end}${lastWords(log, from)}`);
  }
}

async function untilReady(mark: ProcessMark, exited: Promise<string>, options: Launch, from: number): Promise<void> {
  let end: string | undefined;
  void exited.then((how) => {
    end = how;
  });
  for (let waited = 0; waited < READY_TIMEOUT_MS; waited += POLL_MS) {
    if (options.isReady ? await options.isReady() : since(options.log, from).includes(READY_MARK)) return;
    if (end !== undefined || !isAlive(mark)) throw new Error(`${end ?? "ended"}${lastWords(options.log, from)}`);
    await sleep(POLL_MS);
  }
  throw new Error(`not ready after ${READY_TIMEOUT_MS / 1000} s${lastWords(options.log, from)}`);
}

function since(log: string, from: number): string {
  const file = openSync(log, "r");
  try {
    const size = Math.min(Math.max(fstatSync(file).size - from, 0), 1024 * 1024);
    const buffer = Buffer.alloc(size);
    readSync(file, buffer, 0, size, from);
    return buffer.toString();
  } finally {
    closeSync(file);
  }
}

/** The end of what it wrote, for the message that says why it isn't there. */
function lastWords(log: string, from: number): string {
  const lines = since(log, from).trim().split("\n").slice(-6).join("\n    ");
  return lines ? `; its log (${log}) ends:\n    ${lines}` : `; its log is ${log}`;
}

/** One older log is kept. */
function rotate(log: string): void {
  const stat = statSync(log, { throwIfNoEntry: false });
  if (stat && stat.size > LOG_MAX_BYTES) renameSync(log, `${log}.1`);
}

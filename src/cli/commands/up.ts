/** `rampart up`: brings the cluster up and keeps it up, in the foreground or detached. */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, openSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createChecklist } from "../checklist.ts";
import { type ClusterContext, NODE_FLAGS } from "../cluster/context.ts";
import { closedFolderAbove } from "../cluster/files.ts";
import { ensureKeys } from "../cluster/keys.ts";
import { type Layout, layoutOf } from "../cluster/layout.ts";
import { loadPlan, newPlan, nodeNames, type Plan, savePlan } from "../cluster/plan.ts";
import { checkoutProgram, layProgram, type Program, runningCopy } from "../cluster/program.ts";
import { missingTools } from "../cluster/tools.ts";
import { ensureLoopback } from "../machine/bridge.ts";
import { isAlive, markOf, type ProcessMark } from "../processes/proc.ts";
import { stop } from "../processes/spawn.ts";
import { type ClusterState, readState, runningState, type Step, writeState } from "../processes/state.ts";
import { Supervisor, type UnitState } from "../processes/supervisor.ts";
import { prepareFolders, userText } from "../units/control-plane.ts";
import { unitsOf } from "../units/index.ts";
import { UserError } from "../user-error.ts";
import { whatNext } from "../what-next.ts";

const DETACHED_POLL_MS = 50;

export interface UpOptions {
  readonly controlPlaneOnly: boolean;
  readonly only: readonly string[];
  /** Undefined: as many as the cluster has, one for a new one. */
  readonly nodes: number | undefined;
  readonly egress: "none" | "masquerade" | undefined;
  readonly data: string;
  readonly port: number | undefined;
  /** Undefined: as many as the last time, one for a new cluster. */
  readonly instances: number | undefined;
  readonly detach: boolean;
}

const CHECKOUT = resolve(import.meta.dirname, "../../..");

export async function up(options: UpOptions): Promise<void> {
  const layout = layoutOf(resolve(options.data));
  const running = runningState(layout);
  if (running)
    throw new UserError(
      `A cluster is running from ${layout.data} already (process ${running.up.pid}). \`./rampart status\` shows it, \`./rampart down\` stops it.`,
    );
  const asRoot = process.getuid?.() === 0;
  const withNodes = !options.controlPlaneOnly && options.only.length === 0;
  if (withNodes && !asRoot)
    throw new UserError(
      "Nodes need root: run `sudo ./rampart up`, or `./rampart up --control-plane-only` for an API server, controllers and scheduler without nodes.",
    );
  const missing = withNodes ? missingTools() : [];
  if (missing.length > 0)
    throw new UserError(`Nodes need ${missing.join(", ")}, which this machine lacks. On Debian \`./rampart setup\` as root installs them.`);
  mkdirSync(layout.data, { recursive: true, mode: 0o755 });
  const closed = asRoot ? closedFolderAbove(layout.data) : undefined;
  if (closed) {
    throw new UserError(
      `The cluster's processes run as users of their own, and ${closed} lets no other user through to ${layout.data}. Choose another folder with --data.`,
    );
  }
  const program = runningCopy() ?? (asRoot ? layProgram(CHECKOUT) : checkoutProgram(CHECKOUT));
  // The supervisor runs from the copy too: it is small there, and the checkout may go.
  if (options.detach) return detach(layout, program, withNodes);
  if (asRoot && !runningCopy()) return inForeground(program, layout);
  await supervise(layout, options, { asRoot, withNodes, program });
}

interface Circumstances {
  readonly asRoot: boolean;
  readonly withNodes: boolean;
  readonly program: Program;
}

async function supervise(layout: Layout, options: UpOptions, { asRoot, withNodes, program }: Circumstances): Promise<void> {
  const plan = makePlan(layout, options, asRoot);
  const context: ClusterContext = { layout, plan, program, asRoot, only: options.only, withNodes };
  prepareFolders(context);
  if (asRoot) await ensureLoopback();
  const left = await takeOver(readState(layout), withNodes);
  ensureKeys({ layout, plan, now: Date.now(), withNodes });

  const checklist = createChecklist(process.stderr);
  const steps = new Map<string, Step>();
  let phase: ClusterState["phase"] = "starting";
  let failure: string | undefined;
  let states: readonly UnitState[] = [];
  const self = markOf(process.pid) as ProcessMark;
  const write = (): void =>
    writeState(layout, {
      up: self,
      user: userText(context, "root"),
      phase,
      ...(failure !== undefined && { failure }),
      steps: [...steps.values()],
      processes: states,
    });
  write();

  const { units, close } = await unitsOf(context);
  const supervisor = new Supervisor(units, left, {
    starting({ name, label }) {
      steps.set(name, { name, label });
      checklist.begin(name, label);
      write();
    },
    ready({ name, label }, tookMs) {
      steps.set(name, { name, label, tookMs });
      checklist.done(name, tookMs);
      write();
    },
    ended({ name }, how, restartInMs) {
      checklist.say(`${new Date().toISOString().slice(11, 19)} ${name} ${how}; starting it again${restartInMs >= 1000 ? ` in ${restartInMs / 1000} s` : ""}`);
    },
    changed(now) {
      states = now;
      write();
    },
  });

  let over = false;
  const end = async (code: number): Promise<void> => {
    if (over) return;
    over = true;
    phase = failure === undefined ? "stopping" : "failed";
    await supervisor.stop();
    close();
    write();
    process.exit(code);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => void end(0));

  try {
    await supervisor.start();
  } catch (error) {
    checklist.close();
    failure = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\n${failure}\n`);
    return end(1);
  }
  phase = "ready";
  write();
  checklist.close();
  process.stderr.write(whatNext(context));
  // The units' timers don't keep a process alive; being the supervisor does.
  await new Promise(() => setInterval(() => undefined, 2 ** 30));
}

function makePlan(layout: Layout, options: UpOptions, asRoot: boolean): Plan {
  const known = loadPlan(layout);
  const plan: Plan = known
    ? {
        ...known,
        ...(options.nodes !== undefined && { nodes: nodeNames(options.nodes) }),
        ...(options.port !== undefined && { port: options.port }),
        ...(options.instances !== undefined && { instances: options.instances }),
        ...(options.egress && { egress: options.egress }),
      }
    : newPlan({
        port: options.port ?? 6443,
        nodes: options.nodes ?? 1,
        instances: options.instances,
        egress: options.egress ?? "none",
        asRoot,
        random: randomBytes,
        now: Date.now(),
      });
  if (known && (known.uidBase !== 0) !== asRoot)
    throw new UserError(`The cluster in ${layout.data} was made ${asRoot ? "without" : "as"} root and can't be run ${asRoot ? "as" : "without"} root.`);
  savePlan(layout, plan);
  return plan;
}

/**
 * After an `up` that was killed its processes still run. Machines and runtimes are kept, for pods hang on them; the rest is ended and started anew,
 * under this supervisor.
 */
async function takeOver(state: ClusterState | undefined, withNodes: boolean): Promise<Map<string, ProcessMark>> {
  const kept = new Map<string, ProcessMark>();
  const alive = (state?.processes ?? []).filter(isAlive);
  const keep = (name: string): boolean => withNodes && /^node-\d+\/(machine|containerd)$/.test(name);
  for (const process of alive) if (keep(process.name)) kept.set(process.name, { pid: process.pid, startedAt: process.startedAt });
  await Promise.all(alive.filter(({ name }) => !kept.has(name)).map((process) => stop(process, "SIGTERM")));
  return kept;
}

/** The same command, run from the program's copy. */
function supervisorCommand(program: Program, layout: Layout): [string, string[]] {
  const args = process.argv.slice(2).filter((arg) => arg !== "--detach");
  return [program.node, [...NODE_FLAGS, program.main, ...args, "--data", layout.data]];
}

async function inForeground(program: Program, layout: Layout): Promise<void> {
  const child = spawn(...supervisorCommand(program, layout), { stdio: "inherit", cwd: "/" });
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => child.kill(name));
  process.exitCode = await new Promise<number>((done) => child.once("exit", (code) => done(code ?? 1)));
}

/** Starts the supervisor in a session of its own and shows its checklist until it is ready. */
async function detach(layout: Layout, program: Program, withNodes: boolean): Promise<void> {
  mkdirSync(layout.logs, { recursive: true, mode: 0o755 });
  const log = join(layout.logs, "up.log");
  const output = openSync(log, "a");
  const child = spawn(...supervisorCommand(program, layout), { detached: true, stdio: ["ignore", output, output], cwd: "/" });
  let ended: number | null | undefined;
  child.once("exit", (code) => {
    ended = code;
  });
  child.unref();
  const checklist = createChecklist(process.stderr);
  const shown = new Set<string>();
  for (;;) {
    const state = readState(layout);
    if (state?.up.pid === child.pid) {
      for (const { name, label, tookMs } of state?.steps ?? []) {
        if (!shown.has(name)) checklist.begin(name, label);
        shown.add(name);
        if (tookMs !== undefined) checklist.done(name, tookMs);
      }
      if (state?.phase === "ready") break;
      if (state?.phase === "failed") throw new UserError(`${state.failure}\nThe supervisor's log is ${log}.`);
    }
    if (ended !== undefined) throw new UserError(`The cluster did not start; ${existsSync(log) ? `${log} says why` : `the supervisor ended with ${ended}`}.`);
    await sleep(DETACHED_POLL_MS);
  }
  checklist.close();
  process.stderr.write(whatNext({ layout, withNodes }));
}

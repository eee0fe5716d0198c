/**
 * A node of `up`: a small machine of its own, made of network, mount, pid, UTS and IPC namespaces. Its init is its power switch:
 * killing that one process takes every pod, shim and mount with it at once.
 */

import { spawn } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pauseProgram } from "../../node/containerd/pause.ts";
import type { Plan } from "../cluster/plan.ts";
import { plugIn } from "./bridge.ts";
import { run } from "./run.ts";

const BOOT_MS = 5000;
/** The init's name in `ps`, so that one sees whose it is. */
const INIT_NAME = "rampart-init";

export interface SmallMachine {
  /** The init's pid as this machine sees it. */
  readonly initPid: number;
  /** Words that run a command inside. */
  readonly enter: readonly string[];
}

/** Words that enter the namespaces of an init. */
export function enterWords(initPid: number): string[] {
  return ["nsenter", "--target", String(initPid), "--mount", "--pid", "--net", "--uts", "--ipc", "--wdns=/"];
}

/** Boots a machine and plugs it into the bridge. @param folder of the node, on the disk. @param log where what it says goes */
export async function bootMachine(plan: Plan, name: string, folder: string, log: string): Promise<SmallMachine> {
  const init = join(folder, INIT_NAME);
  writeFileSync(init, pauseProgram(), { mode: 0o755 });
  const output = openSync(log, "a");
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--uts", "--ipc", "--kill-child", "--mount-proc", "--propagation", "private"];
  const child = spawn("unshare", [...namespaces, init], { stdio: ["ignore", output, output], detached: true, cwd: "/" });
  child.unref();
  const initPid = await initOf(child.pid ?? 0);
  const enter = enterWords(initPid);
  const inside = (script: string): Promise<string> => run([...enter, "sh", "-ec", script]);
  await inside(
    [
      `hostname ${name}`,
      "mount -t tmpfs -o mode=755,size=256m tmpfs /run",
      "mkdir -p /var/lib/cni && mount -t tmpfs -o mode=755,size=16m tmpfs /var/lib/cni",
      "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.ip_unprivileged_port_start=1024",
    ].join("\n"),
  );
  await plugIn(plan, name, initPid, enter);
  // The node answers for the pods behind it, so that the machine outside reaches them over the bridge alone.
  await inside("sysctl -qw net.ipv4.conf.eth0.proxy_arp=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0");
  return { initPid, enter };
}

/** unshare's only child is the machine's init; it is in place once it runs our program. */
async function initOf(unshare: number): Promise<number> {
  const until = Date.now() + BOOT_MS;
  while (Date.now() < until) {
    try {
      const pid = Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, "utf8").trim());
      if (pid && readFileSync(`/proc/${pid}/comm`, "utf8").trim() === INIT_NAME) return pid;
    } catch {
      // Not there yet, or gone again: the deadline tells.
    }
    await sleep(10);
  }
  throw new Error(`The machine's init did not appear within ${BOOT_MS} ms`);
}

/**
 * A node of `up`: a small machine of its own, made of network, mount, pid, UTS and IPC namespaces. Its init is its power switch:
 * killing that one process takes every pod, shim and mount with it at once.
 */

import { spawn } from "node:child_process";
import { openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../machinery/run.ts";
import { pauseProgram } from "../../node/containerd/pause.ts";
import type { Plan } from "../cluster/plan.ts";
import { childOf, commandOf, markOf, type ProcessMark } from "../processes/proc.ts";
import { adopt, type Running } from "../processes/spawn.ts";
import { plugIn } from "./bridge.ts";

const BOOT_MS = 5000;
/** The init's name in `ps`, so that one sees whose it is. */
const INIT_NAME = "rampart-init";

/** Words that enter the namespaces of an init. */
export function enterWords(initPid: number): string[] {
  return ["nsenter", "--target", String(initPid), "--mount", "--pid", "--net", "--uts", "--ipc", "--wdns=/"];
}

/** Boots a machine and plugs it into the bridge. @param folder of the node, on the disk. @param log where what it says goes */
export async function bootMachine(
  plan: Plan,
  name: string,
  folder: string,
  log: string,
  options: { readonly unprivilegedPorts?: number } = {},
): Promise<Running> {
  const init = join(folder, INIT_NAME);
  rmSync(init, { force: true });
  writeFileSync(init, pauseProgram(), { mode: 0o755 });
  const output = openSync(log, "a");
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--uts", "--ipc", "--kill-child", "--mount-proc", "--propagation", "private"];
  const child = spawn("unshare", [...namespaces, init], { stdio: ["ignore", output, output], detached: true, cwd: "/" });
  child.unref();
  const mark = await initOf(child.pid ?? 0);
  const enter = enterWords(mark.pid);
  const inside = (script: string): Promise<string> => run([...enter, "sh", "-ec", script]);
  await inside(
    [
      `hostname ${name}`,
      "mount -t tmpfs -o mode=755,size=256m tmpfs /run",
      "mkdir -p /var/lib/cni && mount -t tmpfs -o mode=755,size=16m tmpfs /var/lib/cni",
      `sysctl -qw net.ipv4.ip_forward=1 net.ipv4.ip_unprivileged_port_start=${options.unprivilegedPorts ?? 1024}`,
    ].join("\n"),
  );
  await plugIn(plan, name, mark.pid, enter);
  // The node answers for the pods behind it, so that the machine outside reaches them over the bridge alone.
  await inside("sysctl -qw net.ipv4.conf.eth0.proxy_arp=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0");
  return adopt(mark, "SIGKILL");
}

/** unshare's only child is the machine's init; it is in place once it runs our program. */
async function initOf(unshare: number): Promise<ProcessMark> {
  const until = Date.now() + BOOT_MS;
  while (Date.now() < until) {
    const pid = childOf(unshare);
    const mark = pid === undefined ? undefined : markOf(pid);
    if (mark && commandOf(mark.pid) === INIT_NAME) return mark;
    await sleep(10);
  }
  throw new Error(`The machine's init did not appear within ${BOOT_MS} ms`);
}

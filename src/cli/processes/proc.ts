/** What /proc tells of a process: enough to know it again and to see whether it lives. */

import { readdirSync, readFileSync } from "node:fs";

/** A process named so that a number that was given to another one since isn't taken for it. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks after boot at which it started (proc(5), field 22 of stat). */
  readonly startedAt: string;
}

/** @returns the mark of a live process; undefined where there is none, or only its zombie */
export function markOf(pid: number): ProcessMark | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : { pid, startedAt: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.startedAt === mark.startedAt;
}

/** @returns the name of the program that a process runs; empty where it is gone */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

/** @returns the first child of a process */
export function childOf(pid: number): number | undefined {
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const child = Number(readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" ")[0]);
      if (child) return child;
    }
  } catch {
    // Gone.
  }
  return undefined;
}

/** Sends a signal, unless the process is gone. */
export function signal(mark: ProcessMark, name: NodeJS.Signals): void {
  if (!isAlive(mark)) return;
  try {
    process.kill(mark.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

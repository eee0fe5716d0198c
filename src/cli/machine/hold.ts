/** Keeps a process of the cluster from being started again while somebody works on its files. The hold ends with its holder, however that ends. */

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeFileDurably } from "../cluster/files.ts";
import type { Layout } from "../cluster/layout.ts";
import { isAlive, markOf, type ProcessMark } from "../processes/proc.ts";

const POLL_MS = 50;

function fileOf(layout: Layout, process: string): string {
  return join(layout.run, `${process}.hold`);
}

/** Holds a process down. @returns what lets it go */
export function hold(layout: Layout, process: string): () => void {
  const file = fileOf(layout, process);
  const self = markOf(globalThis.process.pid);
  writeFileDurably(file, JSON.stringify(self), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** Waits while somebody who lives holds the process down. */
export async function untilLetGo(layout: Layout, process: string): Promise<void> {
  const file = fileOf(layout, process);
  while (isHeld(file)) await sleep(POLL_MS);
}

function isHeld(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    return isAlive(JSON.parse(readFileSync(file, "utf8")) as ProcessMark);
  } catch {
    return false;
  }
}

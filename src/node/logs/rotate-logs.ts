/** Keeps container logs from filling the disk: a log past its size is put aside and compressed, and only so many are kept. */

import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock } from "../../machinery/clock.ts";
import { isRunning, type PodSeen } from "../pods/seen.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";

export interface RotationLimits {
  readonly sizeMaxBytes: number;
  /** The log being written is one of them. */
  readonly filesMax: number;
}

/** Kubelet's own defaults. */
const LIMITS: RotationLimits = { sizeMaxBytes: 10 * 2 ** 20, filesMax: 5 };

/** Looks at the logs of everything that runs. */
export async function rotateLogs(
  pods: readonly { readonly view: { readonly seen: PodSeen } }[],
  { runtime, clock }: { readonly runtime: ContainerRuntime; readonly clock: Clock },
): Promise<void> {
  for (const { view } of pods) {
    for (const container of view.seen.containers) {
      if (isRunning(container) && container.logPath) await rotateLog(runtime, container.id, container.logPath, LIMITS, clock.now());
    }
  }
}

/** @param now for the names of what is put aside. @returns whether the log was rotated */
export async function rotateLog(
  runtime: ContainerRuntime,
  containerId: string,
  path: string,
  { sizeMaxBytes, filesMax }: RotationLimits,
  now: number,
): Promise<boolean> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size < sizeMaxBytes) return false;
  const folder = dirname(path);
  const older = (await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}.`)).toSorted();
  for (const name of older.slice(0, Math.max(0, older.length - (filesMax - 2)))) await rm(join(folder, name));
  for (const name of older) if (!name.endsWith(".gz")) await compress(join(folder, name));
  const aside = `${path}.${new Date(now)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, "")
    .replace("T", "-")}`;
  await rename(path, aside);
  try {
    await runtime.reopenLog(containerId);
  } catch (error) {
    // Without a writer the old name would stay empty.
    await rename(aside, path);
    throw error;
  }
  return true;
}

/** The newest stays as it is: someone may be reading it. */
async function compress(path: string): Promise<void> {
  if (!(await stat(path).catch(() => undefined))) return;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz.tmp`));
  await rename(`${path}.gz.tmp`, `${path}.gz`);
  await rm(path);
}

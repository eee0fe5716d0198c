/**
 * A part of a volume mounted by itself. Containers write to volumes, so a path in one may turn into a link to the node's /etc between the check
 * and the mount (CVE-2017-1002101): the path is walked component by component without following links, and what was opened is what gets mounted.
 */

import { close as closeCallback, constants, fstatSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { bindOpened, mountPoints } from "./mounts.ts";
import { VolumeError } from "./volume-kind.ts";

const close = promisify(closeCallback);
/** open(2): names a place without opening what is there. Node's constants lack it. */
const O_PATH = 0o10000000;
const FOLDER_MODE = 0o755;

/** Links inside of a volume are fine as long as they stay inside: projected volumes are made of them. */
async function resolveInside(volume: string, subPath: string): Promise<string[]> {
  if (subPath.split("/").includes("..") || subPath.startsWith("/")) throw new VolumeError(`subPath ${JSON.stringify(subPath)} may not leave its volume`);
  const real = await realpath(join(volume, subPath)).catch(() => undefined);
  if (real === undefined) return subPath.split("/").filter(Boolean);
  const inside = relative(volume, real);
  // Not by its beginning alone: the folders of an atomic writer are called `..TIME`.
  if (inside === ".." || inside.startsWith("../")) throw new VolumeError(`subPath ${JSON.stringify(subPath)} leads out of its volume`);
  return inside.split("/").filter(Boolean);
}

/** Opens a place below a folder, which may not be a link; folders that are missing are made. @returns a file descriptor for the caller to close */
async function openInside(folder: string, parts: readonly string[]): Promise<number> {
  let at = openSync(folder, O_PATH | constants.O_DIRECTORY);
  for (const [index, part] of parts.entries()) {
    const path = `/proc/self/fd/${at}/${part}`;
    let next: number;
    try {
      next = openOrMake(path);
    } finally {
      await close(at);
    }
    const stats = fstatSync(next);
    if (stats.isSymbolicLink() || (index < parts.length - 1 && !stats.isDirectory())) {
      await close(next);
      throw new VolumeError(`subPath component ${JSON.stringify(part)} is ${stats.isSymbolicLink() ? "a link" : "not a folder"}`);
    }
    at = next;
  }
  return at;
}

function openOrMake(path: string): number {
  try {
    return openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(path, { mode: FOLDER_MODE });
    return openSync(path, O_PATH | constants.O_NOFOLLOW);
  }
}

/**
 * @param volume the volume's path on the node, of the agent's own making
 * @param target where it shall appear, in a folder that no container can write to
 * @returns target, mounted
 */
export async function mountSubPath(volume: string, subPath: string, target: string): Promise<string> {
  if ((await mountPoints()).includes(target)) return target;
  const home = await realpath(volume);
  const source = await openInside(home, await resolveInside(home, subPath));
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    if (fstatSync(source).isDirectory()) mkdirSync(target, { recursive: true, mode: 0o750 });
    else writeFileSync(target, "", { mode: 0o640 });
    const place = openSync(target, O_PATH | constants.O_NOFOLLOW);
    try {
      await bindOpened(source, place);
    } finally {
      await close(place);
    }
  } finally {
    await close(source);
  }
  return target;
}

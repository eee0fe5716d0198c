/** Mounting, by util-linux: Node has no mount(2). Bind mounts take open files, never paths that could be swapped meanwhile. */

import { execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";

const MOUNT_MAX_MS = 30_000;

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: MOUNT_MAX_MS }, (error, _, stderr) =>
      error ? reject(new Error(`${program} ${args.join(" ")}: ${stderr.trim() || error.message}`)) : resolve(),
    );
  });
}

/** @returns every mount point of this mount namespace */
export async function mountPoints(): Promise<string[]> {
  const table = await readFile("/proc/self/mountinfo", "utf8");
  return table.split("\n").flatMap((line) => {
    const point = line.split(" ")[4];
    // Blanks and backslashes are written in octal (proc(5)).
    return point === undefined ? [] : [point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))];
  });
}

/** Idempotent. @param sizeBytes undefined: the kernel's default, half of the memory */
export async function mountTmpfs(path: string, mode: number, sizeBytes?: number): Promise<void> {
  if ((await mountPoints()).includes(path)) return;
  const options = [`mode=${mode.toString(8)}`, "nosuid", "nodev", ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`])];
  await run("mount", ["-t", "tmpfs", "-o", options.join(","), "tmpfs", path]);
}

/** Makes what `source` has open appear where `target` has open, whatever their paths have become. */
export function bindOpened(source: number, target: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("mount", ["--no-canonicalize", "--bind", "/proc/self/fd/3", "/proc/self/fd/4"], {
      stdio: ["ignore", "ignore", "pipe", source, target],
      timeout: MOUNT_MAX_MS,
    });
    let words = "";
    child.stderr?.on("data", (chunk: Buffer) => (words += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`mount --bind: ${words.trim() || `ended with ${code}`}`))));
  });
}

/** Makes a directory a mount whose later changes reach containers that ask for it (mountPropagation). */
export async function makeShared(path: string): Promise<void> {
  if (!(await mountPoints()).includes(path)) await run("mount", ["--bind", path, path]);
  await run("mount", ["--make-rshared", path]);
}

/** Unmounts everything at and below a folder, the latest first. */
export async function unmountBelow(folder: string): Promise<void> {
  const inside = (await mountPoints()).filter((point) => point === folder || point.startsWith(`${folder}/`));
  for (const point of inside.reverse()) {
    // What is still in use goes when its last user goes.
    await run("umount", ["--no-canonicalize", point]).catch(() => run("umount", ["--no-canonicalize", "--lazy", point]));
  }
}

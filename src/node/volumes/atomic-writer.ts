/**
 * Writes a set of files that changes as one: they lie in a folder `..TIME`, `..data` is a link to the newest, and each visible name is a link
 * through `..data`. A reader sees all of the old or all of the new. Programs watch `..data`, so the form is Kubernetes' own.
 */

import { chmod, chown, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface FileContent {
  readonly content: Buffer;
  readonly mode: number;
  /** Owner other than root. */
  readonly uid?: number | undefined;
}

/** By path relative to the volume; without `..`. */
export type Payload = ReadonlyMap<string, FileContent>;

const DATA = "..data";

/** @returns whether anything was written. @param groupId of all files, where given */
export async function writeAtomically(folder: string, payload: Payload, groupId?: number): Promise<boolean> {
  for (const path of payload.keys()) {
    if (path === "" || path.startsWith("/") || path.split("/").some((part) => part === ".." || part === "") || path.startsWith("..")) {
      throw new Error(`Cannot write ${JSON.stringify(path)} into a volume: no plain relative path`);
    }
  }
  const current = await readlink(join(folder, DATA)).catch(() => undefined);
  if (current !== undefined && (await isSame(join(folder, current), payload))) {
    await linkNames(folder, payload);
    return false;
  }
  const next = await mkdtemp(join(folder, `..${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "_").replace("T", "_")}.`));
  await chmod(next, 0o755);
  for (const [path, { content, mode, uid }] of payload) {
    const file = join(next, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, content, { mode });
    await chown(file, uid ?? 0, groupId ?? 0);
    // After chown, which clears bits, and whatever the umask took away. A group that was given must be able to read.
    await chmod(file, groupId === undefined ? mode : mode | 0o440);
  }
  if (groupId !== undefined) await ownFolders(next, groupId);
  const draft = join(folder, "..data_tmp");
  await rm(draft, { force: true });
  await symlink(next.slice(folder.length + 1), draft);
  await rename(draft, join(folder, DATA));
  await linkNames(folder, payload);
  if (current !== undefined) await rm(join(folder, current), { recursive: true, force: true });
  return true;
}

async function ownFolders(folder: string, groupId: number): Promise<void> {
  await chown(folder, 0, groupId);
  await chmod(folder, 0o2775);
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await ownFolders(join(folder, entry.name), groupId);
}

async function isSame(folder: string, payload: Payload): Promise<boolean> {
  const found = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) => entry.isFile());
  if (found.length !== payload.size) return false;
  for (const entry of found) {
    const path = join(entry.parentPath, entry.name);
    const wanted = payload.get(path.slice(folder.length + 1));
    if (wanted === undefined) return false;
    if (!wanted.content.equals(await readFile(path))) return false;
    const { mode, uid } = await stat(path);
    if (uid !== (wanted.uid ?? 0) || (mode & wanted.mode) !== wanted.mode) return false;
  }
  return true;
}

/** The visible names: the first part of each path; those that are gone are removed. */
async function linkNames(folder: string, payload: Payload): Promise<void> {
  const wanted = new Set([...payload.keys()].map((path) => path.split("/")[0]!));
  const present = new Set((await readdir(folder)).filter((name) => !name.startsWith("..")));
  for (const name of wanted.difference(present)) await symlink(join(DATA, name), join(folder, name));
  for (const name of present.difference(wanted)) await rm(join(folder, name), { force: true, recursive: true });
}

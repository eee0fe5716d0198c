/** fsGroup: a volume belongs to a group that all containers of the pod are in. */

import { chmod, lchown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

const READ_WRITE = 0o660;
const FOLDER_BITS = 0o2110;

/**
 * @param policy `OnRootMismatch`: when the volume's root is right already, so is all the rest
 */
export async function giveToGroup(path: string, groupId: number, policy: string | undefined): Promise<void> {
  const { gid, mode } = await lstat(path);
  if (policy === "OnRootMismatch" && gid === groupId && (mode & (READ_WRITE | FOLDER_BITS)) === (READ_WRITE | FOLDER_BITS)) return;
  await give(path, groupId);
}

async function give(path: string, groupId: number): Promise<void> {
  const stats = await lstat(path);
  await lchown(path, stats.uid, groupId);
  // A link's own mode means nothing, and chmod would follow it.
  if (stats.isSymbolicLink()) return;
  await chmod(path, (stats.mode & 0o7777) | READ_WRITE | (stats.isDirectory() ? FOLDER_BITS : 0));
  if (!stats.isDirectory()) return;
  for (const name of await readdir(path)) await give(join(path, name), groupId);
}

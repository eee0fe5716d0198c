/** Writing the cluster's files: whole or not at all, with the owner that may read them. */

import { chmodSync, chownSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export interface Ownership {
  readonly mode: number;
  /** The user and group it belongs to; the caller's where absent. */
  readonly uid?: number;
}

/** Writes beside, syncs, renames: a crash leaves the old content or the new. The mode holds from the first byte on. */
export function writeFileDurably(path: string, content: string | Uint8Array, owner: Ownership): void {
  const draft = `${path}.${process.pid}.new`;
  const file = openSync(draft, "w", owner.mode);
  try {
    chmodSync(draft, owner.mode);
    if (owner.uid !== undefined) chownSync(draft, owner.uid, owner.uid);
    writeSync(file, typeof content === "string" ? Buffer.from(content) : content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** Makes a folder (and those above it) with this owner and mode, also where it was there already. */
export function ensureFolder(path: string, owner: Ownership): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, owner.mode);
  if (owner.uid !== undefined) chownSync(path, owner.uid, owner.uid);
}

/**
 * The processes' users must be able to walk to their folders.
 * @returns the first folder above `path` that stops them, or undefined
 */
export function closedFolderAbove(path: string): string | undefined {
  const above: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    above.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return above.find((folder) => {
    const stat = statSync(folder, { throwIfNoEntry: false });
    return stat && (stat.mode & 0o001) === 0;
  });
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  fsyncSync(folder);
  closeSync(folder);
}

/**
 * Looks for strings of bytes in all files beneath a folder; a program of its own, because a process that has a SQLite database open must not open and
 * close its file a second time (that would drop its locks). Arguments: the folder, then needles in hex. Prints a JSON list of file lists.
 */

import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join, relative } from "node:path";

const CHUNK_BYTES = 1024 * 1024;

function search(file: string, needles: readonly Buffer[]): boolean[] {
  const overlap = Math.max(...needles.map((needle) => needle.length));
  const found = needles.map(() => false);
  const chunk = Buffer.alloc(CHUNK_BYTES + overlap);
  const descriptor = openSync(file, "r");
  try {
    let kept = 0;
    for (;;) {
      const read = readSync(descriptor, chunk, kept, CHUNK_BYTES, null);
      if (read === 0) return found;
      const seen = chunk.subarray(0, kept + read);
      for (const [index, needle] of needles.entries()) found[index] ||= seen.includes(needle);
      kept = Math.min(overlap, seen.length);
      seen.copyWithin(0, seen.length - kept);
    }
  } finally {
    closeSync(descriptor);
  }
}

const [folder = "", ...hex] = process.argv.slice(2);
const needles = hex.map((text) => Buffer.from(text, "hex"));
const holders: string[][] = needles.map(() => []);
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  try {
    for (const [index, found] of search(file, needles).entries()) if (found) holders[index]!.push(relative(folder, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // A file that went away while the folder was read holds nothing.
  }
}
process.stdout.write(JSON.stringify(holders));

/** Looks for strings of bytes on the disk, in a process that has nothing else open. */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const PROGRAM = join(import.meta.dirname, "search-files.ts");
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/** @returns for each needle, the files beneath the folder that hold it */
export async function searchFolder(folder: string, needles: readonly Uint8Array[]): Promise<string[][]> {
  const hex = needles.map((needle) => Buffer.from(needle).toString("hex"));
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, folder, ...hex], { maxBuffer: OUTPUT_LIMIT_BYTES });
  return JSON.parse(stdout) as string[][];
}

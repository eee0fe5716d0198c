/** Brings an image archive into a node's own containerd. CRI can only pull, so this goes through containerd's client. */

import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Reading and unpacking a big archive from a slow disk. */
const IMPORT_MAX_MS = 15 * 60_000;
const OUTPUT_MAX_BYTES = 64 * 1024;

/**
 * @param socket containerd's
 * @param archive what `docker save`, an OCI layout's tar or imageArchive() gives
 * @returns the names that were imported
 */
export async function importImage(socket: string, archive: Readable): Promise<string[]> {
  const child = spawn("ctr", ["--address", socket, "--namespace", "k8s.io", "images", "import", "-"], {
    stdio: ["pipe", "pipe", "pipe"],
    timeout: IMPORT_MAX_MS,
  });
  let output = "";
  const collect = (chunk: Buffer) => {
    if (output.length < OUTPUT_MAX_BYTES) output += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = new Promise<number>((resolve, reject) => child.once("error", reject).once("close", (code) => resolve(code ?? -1)));
  // A client that gave up closes its stdin: its own words say why, not the broken pipe.
  const fed = pipeline(archive, child.stdin).catch((error: NodeJS.ErrnoException) => (error.code === "EPIPE" ? undefined : Promise.reject(error)));
  const [code] = await Promise.all([ended, fed]);
  if (code !== 0) throw new Error(`Cannot import the image archive: ${output.trim() || `ctr ended with ${code}`}`);
  return [...output.matchAll(/^unpacking (\S+)/gm)].map(([, name]) => name!.replace(/@?\(?sha256.*$/, ""));
}

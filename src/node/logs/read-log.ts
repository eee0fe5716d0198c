/** Reads a container's log: from its end or a time on, as text or with times, once or for as long as the container runs. */

import { type FileHandle, open, stat } from "node:fs/promises";
import type { Clock } from "../../machinery/clock.ts";
import { pause } from "../loops.ts";
import { parseLogLine } from "./log-line.ts";

export interface LogOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number | undefined;
  /** Milliseconds since 1970; earlier lines are left out. */
  readonly sinceMs?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly stream?: "stdout" | "stderr" | undefined;
}

export interface LogSource {
  readonly path: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether more may come. */
  isRunning(): Promise<boolean>;
}

const BLOCK_BYTES = 64 * 1024;
/** A line that never ends is handed out in pieces of this size. */
const LINE_MAX_BYTES = 1024 * 1024;
const POLL_MS = 200;
/** The runtime is asked whether the container lives this often, while there is nothing new. */
const ALIVE_EVERY = 3;

/** @throws Error with code ENOENT where there is no log */
export async function* readLog(source: LogSource, options: LogOptions): AsyncGenerator<Buffer> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const raw of linesOf(source, options)) {
    const line = parseLogLine(raw);
    if (!line || (options.stream && line.stream !== options.stream)) continue;
    if (options.sinceMs !== undefined && Date.parse(line.time) < options.sinceMs) continue;
    const whole = options.timestamps ? Buffer.concat([Buffer.from(`${line.time} `), line.text]) : line.text;
    yield whole.length > left ? whole.subarray(0, left) : whole;
    left -= whole.length;
    if (left <= 0) return;
  }
}

async function* linesOf({ path, clock, signal, isRunning }: LogSource, { follow, tailLines }: LogOptions): AsyncGenerator<Buffer> {
  // What is written while the last lines are read doesn't make them more.
  let left = follow || tailLines === undefined ? Number.POSITIVE_INFINITY : tailLines;
  let file = await open(path, "r");
  try {
    let position = tailLines === undefined ? 0 : await tailStart(file, tailLines);
    let pending = Buffer.alloc(0);
    let quiet = 0;
    let last = false;
    while (!signal.aborted && left > 0) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES, position);
      if (bytesRead > 0) {
        quiet = 0;
        position += bytesRead;
        pending = Buffer.concat([pending, buffer.subarray(0, bytesRead)]);
        let from = 0;
        for (let end = pending.indexOf(10); end >= 0; end = pending.indexOf(10, from)) {
          yield pending.subarray(from, end);
          if (--left <= 0) return;
          from = end + 1;
        }
        pending = pending.subarray(from);
        if (pending.length <= LINE_MAX_BYTES) continue;
        yield pending;
        pending = Buffer.alloc(0);
        continue;
      }
      if (!follow || last) return;
      const next = await replaced(file, path);
      if (next) {
        await file.close();
        file = next;
        position = 0;
        continue;
      }
      // What was written between the last read and the end is still to be read.
      if (++quiet % ALIVE_EVERY === 0 && !(await isRunning())) last = true;
      else await pause(clock, POLL_MS);
    }
  } finally {
    await file.close();
  }
}

/** @returns the file that has taken the place of this one (rotation) */
async function replaced(file: FileHandle, path: string): Promise<FileHandle | undefined> {
  const [now, open_] = await Promise.all([stat(path).catch(() => undefined), file.stat()]);
  return now && now.ino !== open_.ino ? open(path, "r") : undefined;
}

/** @returns where the last so many lines begin */
async function tailStart(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat();
  if (lines === 0) return size;
  let found = 0;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const { buffer } = await file.read(Buffer.allocUnsafe(end - start), 0, end - start, start);
    for (let at = buffer.length - 1; at >= 0; at--) {
      // The newline that ends the file ends the last line, it doesn't begin another.
      if (buffer[at] !== 10 || start + at === size - 1) continue;
      if (++found === lines) return start + at + 1;
    }
    end = start;
  }
  return 0;
}

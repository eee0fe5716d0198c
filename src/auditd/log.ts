/** The audit log on disk: JSON lines, appended in batches that are flushed to the disk before anyone hears of them, cut into files by size. */

import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, stat, truncate } from "node:fs/promises";
import { join } from "node:path";

const CURRENT = "audit.log";
const ROTATE_BYTES = 100 * 1024 * 1024;
/** Each write is on the disk when it returns: under the permission model a file can't be flushed by its descriptor. */
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_DSYNC;
const READ_BYTES = 1024 * 1024;
/** A line's head, which every sink writes in this form: who sent it, and its number. */
const HEAD = /^\{"instance":"([0-9a-zA-Z-]{1,64})","sequence":(\d{1,15}),/;

export interface AuditLogOptions {
  readonly directory: string;
  readonly rotateBytes?: number;
}

interface Batch {
  readonly lines: readonly string[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export class AuditLog {
  readonly #directory: string;
  readonly #rotateBytes: number;
  /** The highest number that each sender's records have on disk. */
  readonly #positions = new Map<string, number>();
  #file!: FileHandle;
  #bytes = 0;
  #queue: Batch[] = [];
  #writing: Promise<void> | undefined;
  /** After a failed write nobody knows what the disk holds: the log takes nothing more until it is opened again. */
  #failure: unknown;

  private constructor(options: AuditLogOptions) {
    this.#directory = options.directory;
    this.#rotateBytes = options.rotateBytes ?? ROTATE_BYTES;
  }

  /** Opens the log, cuts off a line that a crash left half written, and learns how far each sender got. */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const log = new AuditLog(options);
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    // What a sender may send again was written shortly before the crash: it is in the last file, or in the one before if that was just begun.
    const [previous] = (await log.#rotated()).slice(-1);
    if (previous) await log.#learn(await open(join(options.directory, previous), "r"), true);
    const current = join(options.directory, CURRENT);
    log.#file = await open(current, APPEND, 0o600);
    const whole = await log.#learn(log.#file, false);
    if (whole < (await stat(current)).size) await truncate(current, whole);
    log.#bytes = whole;
    return log;
  }

  async #rotated(): Promise<string[]> {
    return (await readdir(this.#directory)).filter((name) => /^audit-\d{8}\.log$/.test(name)).toSorted();
  }

  /** Reads a file's lines. @returns the length up to the last whole line */
  async #learn(file: FileHandle, close: boolean): Promise<number> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let rest = "";
    let whole = 0;
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, at);
      if (bytesRead === 0) break;
      // One byte is one character here, so that lengths are byte lengths; the head of a line is ASCII.
      const lines = (rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#note(line);
      at += bytesRead;
      whole = at - rest.length;
    }
    if (close) await file.close();
    return whole;
  }

  #note(line: string): void {
    const head = HEAD.exec(line);
    if (head) this.#positions.set(head[1]!, Math.max(Number(head[2]), this.#positions.get(head[1]!) ?? 0));
  }

  /** What broke the log, if anything did. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Appends lines that aren't in the log yet. Resolves when they are on the disk; throws when they can't be.
   * @returns the sender's highest number on disk
   */
  async append(lines: readonly string[]): Promise<number> {
    let sender = "";
    let highest = 0;
    for (const line of lines) {
      const head = HEAD.exec(line);
      if (!head || line.includes("\n")) throw new Error("Cannot keep a line that names no sender and number");
      sender = head[1]!;
      highest = Math.max(highest, Number(head[2]));
    }
    await new Promise<void>((done, failed) => {
      this.#queue.push({ lines, done, failed });
      this.#writing ??= this.#drain().finally(() => {
        this.#writing = undefined;
      });
    });
    return Math.max(highest, this.#positions.get(sender) ?? 0);
  }

  /** Writes what has gathered while the last write went to the disk, all in one. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batches = this.#queue;
      this.#queue = [];
      try {
        if (this.#failure) throw this.#failure;
        await this.#write(batches.flatMap((batch) => batch.lines));
        for (const batch of batches) batch.done();
      } catch (error) {
        this.#failure = error;
        for (const batch of batches) batch.failed(error);
      }
    }
  }

  async #write(lines: readonly string[]): Promise<void> {
    const fresh: string[] = [];
    /** Positions after this write. They count only when it is done: an acknowledgement of the write before reads them meanwhile. */
    const reached = new Map<string, number>();
    for (const line of lines) {
      const [, sender = "", sequence = "0"] = HEAD.exec(line) ?? [];
      const known = reached.get(sender) ?? this.#positions.get(sender) ?? 0;
      if (Number(sequence) <= known) continue; // Sent again, because we were killed before the acknowledgement.
      reached.set(sender, Number(sequence));
      fresh.push(line);
    }
    if (fresh.length === 0) return;
    if (this.#bytes >= this.#rotateBytes) await this.#rotate();
    const data = Buffer.from(`${fresh.join("\n")}\n`);
    await this.#file.appendFile(data);
    this.#bytes += data.length;
    for (const [sender, sequence] of reached) this.#positions.set(sender, sequence);
  }

  async #rotate(): Promise<void> {
    const [newest] = (await this.#rotated()).slice(-1);
    const number = newest ? Number(newest.slice(6, 14)) + 1 : 1;
    await this.#file.close();
    await rename(join(this.#directory, CURRENT), join(this.#directory, `audit-${String(number).padStart(8, "0")}.log`));
    this.#file = await open(join(this.#directory, CURRENT), APPEND, 0o600);
    this.#bytes = 0;
  }

  /** Waits for what was given and closes the file. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }
}

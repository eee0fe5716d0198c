/**
 * Where the API server puts its audit records: a queue that writes to the keeper of the log over a byte stream and keeps each record until it is acknowledged,
 * so that either side may restart. The other side is `src/auditd/service.ts`.
 */

import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Clock } from "../../machinery/clock.ts";
import { FrameReader, frame } from "../../machinery/frames.ts";
import type { AuditRecord } from "./record.ts";

/** The queue is full: nothing more may happen until the keeper has caught up. The API server answers 503. */
export class AuditBacklogError extends Error {
  override name = "AuditBacklogError";
}

export interface AuditSink {
  /** Takes a record, at once. Throws an AuditBacklogError when too many wait; then the request must not go on. */
  append(record: AuditRecord): void;
  /** True when a record would be refused. */
  readonly full: boolean;
  /** Resolves once every record taken so far lies on the keeper's disk. */
  durable(): Promise<void>;
  /** Waits for what was taken (up to `waitMs`), then ends the connection. */
  close(waitMs?: number): Promise<void>;
}

export interface AuditSinkOptions {
  /** Opens a connection to the keeper. */
  readonly connect: () => Promise<Duplex>;
  readonly clock: Clock;
  /** Names this queue, so that the keeper can tell a record that is sent again. */
  readonly instance?: string;
  readonly recordsMax?: number;
  readonly bytesMax?: number;
}

const RECORDS_MAX = 10_000;
const BYTES_MAX = 16 * 1024 * 1024;
const BATCH_BYTES = 256 * 1024;
const BATCH_DELAY_MS = 5;
const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 2000;
/** A keeper that is silent for so long while records wait is taken for dead, also where its connection stays open. */
const SILENCE_MS = 10_000;
const ACK_LIMIT_BYTES = 4096;

interface Waiting {
  readonly sequence: number;
  readonly done: () => void;
}

/** @returns a sink that connects by itself and goes on trying */
export function auditSink(options: AuditSinkOptions): AuditSink {
  const { clock, recordsMax = RECORDS_MAX, bytesMax = BYTES_MAX, instance = randomUUID() } = options;
  /** Records without acknowledgement, oldest first, as JSON lines; the first has sequence number `acknowledged + 1`. */
  const lines: string[] = [];
  let bytes = 0;
  let acknowledged = 0;
  /** Sequence number of the last record written to the present connection. */
  let sent = 0;
  let stream: Duplex | undefined;
  let waiting: Waiting[] = [];
  let closed = false;
  let backoffMs = BACKOFF_MIN_MS;
  let cancelTimer: (() => void) | undefined;
  let cancelSilence: (() => void) | undefined;

  function listen(): void {
    cancelSilence?.();
    const current = stream;
    cancelSilence = current && sent > acknowledged ? clock.after(SILENCE_MS, () => current.destroy()) : undefined;
  }

  const last = () => acknowledged + lines.length;
  const isFull = () => lines.length >= recordsMax || bytes >= bytesMax;

  function onAcknowledged(upTo: number): void {
    const count = Math.min(upTo - acknowledged, lines.length);
    if (!(count > 0)) return;
    for (const line of lines.splice(0, count)) bytes -= line.length;
    acknowledged += count;
    backoffMs = BACKOFF_MIN_MS;
    listen();
    const [ready, rest] = [waiting.filter((each) => each.sequence <= acknowledged), waiting.filter((each) => each.sequence > acknowledged)];
    waiting = rest;
    for (const each of ready) each.done();
  }

  function flush(): void {
    cancelTimer = undefined;
    sent = Math.max(sent, acknowledged);
    while (stream && sent < last()) {
      const batch: string[] = [];
      let size = 0;
      for (let at = sent - acknowledged; at < lines.length && size < BATCH_BYTES; at++) {
        batch.push(lines[at]!);
        size += lines[at]!.length;
      }
      sent += batch.length;
      if (!cancelSilence) listen();
      if (!stream.write(frame(batch.join("\n")))) {
        stream.once("drain", flush);
        return;
      }
    }
  }

  function schedule(): void {
    if (stream && !cancelTimer && !stream.writableNeedDrain) cancelTimer = clock.after(BATCH_DELAY_MS, flush);
  }

  function attach(next: Duplex): void {
    if (closed) return void next.destroy();
    stream = next;
    sent = acknowledged; // What the last connection didn't see acknowledged goes out again; the keeper knows what it has.
    const reader = new FrameReader(ACK_LIMIT_BYTES);
    const lost = () => {
      if (stream !== next) return;
      stream = undefined;
      cancelSilence?.();
      cancelSilence = undefined;
      cancelTimer?.();
      cancelTimer = undefined;
      retry();
    };
    next.on("error", lost).on("close", lost);
    next.on("data", (chunk: Buffer) => {
      try {
        for (const message of reader.push(chunk)) onAcknowledged(Number(JSON.parse(String(message)).acknowledged));
      } catch {
        next.destroy();
      }
    });
    flush();
  }

  function retry(): void {
    if (closed) return;
    clock.after(backoffMs, connect);
    backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
  }

  function connect(): void {
    options.connect().then(attach, retry);
  }
  connect();

  const durable = (): Promise<void> =>
    lines.length === 0
      ? Promise.resolve()
      : new Promise((done) => {
          waiting.push({ sequence: last(), done });
          if (!cancelTimer || stream?.writableNeedDrain) return;
          cancelTimer();
          flush();
        });

  return {
    append(record) {
      if (closed || isFull()) throw new AuditBacklogError(`${lines.length} audit records wait to be kept`);
      const line = `{"instance":"${instance}","sequence":${last() + 1},${JSON.stringify(record).slice(1)}`;
      lines.push(line);
      bytes += line.length;
      schedule();
    },
    get full() {
      return closed || isFull();
    },
    durable,
    async close(waitMs = 2000) {
      await Promise.race([durable(), new Promise<void>((done) => void clock.after(waitMs, done))]);
      closed = true;
      cancelSilence?.();
      stream?.destroy();
    },
  };
}

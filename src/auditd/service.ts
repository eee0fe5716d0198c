/** One sender's connection: batches of lines come in, numbers of what lies on the disk go out. */

import type { Duplex } from "node:stream";
import { FrameReader, frame } from "../machinery/frames.ts";
import type { AuditLog } from "./log.ts";

/** A batch; senders keep to a quarter of a MiB and one record. */
const BATCH_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Serves a connection until it ends. A sender that breaks the protocol loses it; what isn't acknowledged will be sent again.
 * @param onFailure called when the log can take no more
 */
export function serveSender(connection: Duplex, log: AuditLog, onFailure: (error: unknown) => void): void {
  const reader = new FrameReader(BATCH_LIMIT_BYTES);
  connection.on("error", () => connection.destroy());
  connection.on("end", () => connection.end());
  connection.resume();
  connection.on("data", (chunk: Buffer) => {
    try {
      for (const message of reader.push(chunk)) keep(String(message).split("\n"));
    } catch {
      connection.destroy();
    }
  });

  function keep(lines: readonly string[]): void {
    log.append(lines).then(
      (acknowledged) => {
        if (!connection.destroyed) connection.write(frame(JSON.stringify({ acknowledged })));
      },
      (_error: unknown) => {
        connection.destroy();
        if (log.failure) onFailure(log.failure);
      },
    );
  }
}

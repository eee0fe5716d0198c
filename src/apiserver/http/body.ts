/** Reads a request's body whole, within a size and a time. */

import type { Readable } from "node:stream";
import type { Clock } from "../../machinery/clock.ts";
import { badRequest, StatusError, tooLarge } from "../../machinery/status/status-error.ts";
import { BODY_TIMEOUT_MS } from "./limits.ts";

const EMPTY = Buffer.alloc(0);

/**
 * @param declared the Content-Length, where there is one: what says that it is too large isn't read at all
 * @throws StatusError 413 above `limitBytes`, 400 when the body ends early, 408 when it is too slow
 */
export function readBody(source: Readable, declared: string | undefined, limitBytes: number, clock: Clock): Promise<Buffer> {
  if (declared !== undefined && Number(declared) > limitBytes) return Promise.reject(entityTooLarge(limitBytes));
  if (source.readableEnded) return Promise.resolve(EMPTY);
  if (source.destroyed) return Promise.reject(endedEarly());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const cancelTimer = clock.after(BODY_TIMEOUT_MS, () =>
      finish(new StatusError({ code: 408, reason: "Timeout", message: "the request's body did not arrive in time" })),
    );
    function finish(error?: StatusError): void {
      cancelTimer();
      source.off("data", onData).off("end", onEnd).off("close", onClose);
      if (!error) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
      else {
        source.pause();
        reject(error);
      }
    }
    function onData(chunk: Buffer): void {
      size += chunk.length;
      if (size > limitBytes) finish(entityTooLarge(limitBytes));
      else chunks.push(chunk);
    }
    const onEnd = (): void => finish();
    const onClose = (): void => finish(endedEarly());
    source.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}

function entityTooLarge(limitBytes: number): StatusError {
  return tooLarge(`Request entity too large: limit is ${limitBytes}`);
}

function endedEarly(): StatusError {
  return badRequest("the request's body ended early");
}

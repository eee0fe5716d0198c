/** Writes a body's chunks, each only once the client has taken the one before. */

import type { Writable } from "node:stream";
import type { Chunks } from "./exchange.ts";
import { giveBack, isLent } from "./lent.ts";

/** What chunks are written to; of HTTP/1.1 it says by which socket. */
type Target = Writable & { readonly socket?: Writable | null };

/** @param breakOff ends the answer so that the client sees it broken: what is done when a chunk can't be made */
export function pump(target: Target, next: Chunks, breakOff: () => void): void {
  let making = false;
  function go(): void {
    if (making || target.destroyed) return;
    try {
      for (;;) {
        const chunk = next();
        if (chunk instanceof Promise) {
          making = true;
          chunk.then((made) => {
            making = false;
            if (put(made)) go();
          }, breakOff);
          return;
        }
        if (!put(chunk)) return;
      }
    } catch {
      breakOff();
    }
  }
  /** @returns whether another chunk may follow at once */
  function put(chunk: Uint8Array | undefined): boolean {
    if (target.destroyed) return false;
    if (chunk) return writeChunk(target, chunk);
    target.off("drain", go).end();
    return false;
  }
  target.on("drain", go);
  go();
}

/** @returns once the target's buffer is empty, or the target is gone */
export function drained(target: Writable | undefined): Promise<void> {
  if (!target || target.destroyed || !target.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      target.off("drain", done).off("close", done);
      resolve();
    };
    target.on("drain", done).on("close", done);
  });
}

/** Writes a chunk; lent memory goes back once the connection has taken it. @returns whether more may follow at once */
export function writeChunk(target: Target, chunk: Uint8Array): boolean {
  return isLent(chunk) ? target.write(chunk, taken(target, chunk)) : target.write(chunk);
}

/** As `writeChunk`, and ends the answer with it. */
export function endWith(target: Target, chunk: Uint8Array): void {
  if (isLent(chunk)) target.end(chunk, taken(target, chunk));
  else target.end(chunk);
}

/** After a failure, or of a stream that is gone (Node calls back without an error then), the connection may still read the memory: it isn't used again. */
function taken(target: Target, chunk: Uint8Array): (error?: Error | null) => void {
  return (error) => {
    if (!error && !target.destroyed && !target.socket?.destroyed) giveBack(chunk);
  };
}

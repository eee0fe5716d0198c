/** Writes a body's chunks, each only once the client has taken the one before. */

import type { Writable } from "node:stream";
import type { Chunks } from "./exchange.ts";

/** @param breakOff ends the answer so that the client sees it broken: what is done when a chunk can't be made */
export function pump(target: Writable, next: Chunks, breakOff: () => void): void {
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
    if (chunk) return target.write(chunk);
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

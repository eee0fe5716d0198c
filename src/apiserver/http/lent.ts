/**
 * Buffers for the chunks of large answers, lent to one answer after the other: lists at hundreds of megabytes a second, each in fresh memory,
 * would have the garbage collector walk the whole heap ten times a second.
 */

export const LENT_BYTES = 256 * 1024;
/** What is kept for the next answers; an answer that finds none left gets fresh memory. */
const KEPT = 32;

const free: Buffer[] = [];
const lent = new WeakMap<ArrayBufferLike, Buffer>();

/** @returns memory of so many bytes with anything in it, lent until it is given back; above `LENT_BYTES` it is the caller's for good */
export function lend(bytes: number): Buffer {
  if (bytes > LENT_BYTES) return Buffer.allocUnsafe(bytes);
  const whole = free.pop() ?? Buffer.allocUnsafeSlow(LENT_BYTES);
  lent.set(whole.buffer, whole);
  return bytes === LENT_BYTES ? whole : whole.subarray(0, bytes);
}

export function isLent(chunk: Uint8Array): boolean {
  return lent.has(chunk.buffer);
}

/** Takes memory back that nobody reads any more; what was never lent, or is back already, is left alone. */
export function giveBack(chunk: Uint8Array): void {
  const whole = lent.get(chunk.buffer);
  if (!whole) return;
  lent.delete(chunk.buffer);
  if (free.length < KEPT) free.push(whole);
}

/**
 * Packs what `next` gives, several parts that belong together a call, into pieces of lent memory, each as full as may be.
 * @returns a function that gives piece by piece, then undefined
 */
export function packed(next: () => readonly Uint8Array[] | undefined): () => Buffer | undefined {
  let waiting = next();
  return () => {
    if (!waiting) return undefined;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    do {
      for (const part of waiting) {
        parts.push(part);
        bytes += part.length;
      }
      waiting = next();
    } while (waiting && bytes + sizeOf(waiting) <= LENT_BYTES);
    return filled(lend(bytes), parts);
  };
}

function sizeOf(parts: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const part of parts) bytes += part.length;
  return bytes;
}

function filled(piece: Buffer, parts: readonly Uint8Array[]): Buffer {
  let at = 0;
  for (const part of parts) {
    piece.set(part, at);
    at += part.length;
  }
  return piece;
}

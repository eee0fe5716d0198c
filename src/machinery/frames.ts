/** Messages on a byte stream: four bytes of length (big-endian), then so many bytes. */

const HEADER_BYTES = 4;

/** @returns the message as it goes over the wire */
export function frame(message: string | Uint8Array): Buffer {
  const body = typeof message === "string" ? Buffer.from(message) : message;
  const framed = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  framed.writeUInt32BE(body.length, 0);
  framed.set(body, HEADER_BYTES);
  return framed;
}

/** Cuts a stream into its messages again. */
export class FrameReader {
  readonly #limitBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param limitBytes the longest message that is taken */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** @returns the messages that are whole with this chunk. Throws when one is announced as longer than the limit. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: Buffer[] = [];
    while (this.#bytes >= HEADER_BYTES) {
      if (this.#chunks.length > 1 && this.#chunks[0]!.length < HEADER_BYTES) this.#chunks = [Buffer.concat(this.#chunks)];
      const length = this.#chunks[0]!.readUInt32BE(0);
      if (length > this.#limitBytes) throw new RangeError(`Cannot read a message of ${length} bytes: the limit is ${this.#limitBytes}`);
      if (this.#bytes < HEADER_BYTES + length) break;
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      messages.push(all.subarray(HEADER_BYTES, HEADER_BYTES + length));
      const rest = all.subarray(HEADER_BYTES + length);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#bytes = rest.length;
    }
    return messages;
  }
}

/** Writes protobuf from the end to the beginning, so that each message's length is known when its prefix is written. */

const INITIAL_BYTES = 16 * 1024;
/** Longer texts are quicker to write by a call of Buffer's. */
const SHORT_MAX = 40;

export class BackwardWriter {
  #buffer: Buffer;
  #at: number;

  /** @param initialBytes how much is expected; more is made room for */
  constructor(initialBytes = INITIAL_BYTES) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
    this.#at = initialBytes;
  }

  /** How many bytes are written: the difference of two is the length of what came between. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** @returns what was written, as a copy, and begins anew */
  take(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(this.#at));
    this.reset();
    if (this.#buffer.length > INITIAL_BYTES * 64) {
      this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES); // One huge object doesn't hold its space for ever.
      this.#at = INITIAL_BYTES;
    }
    return bytes;
  }

  /** Forgets what was written: after an error in the middle. */
  reset(): void {
    this.#at = this.#buffer.length;
  }

  /** A varint of a number that is neither negative nor beyond 2^53. */
  varint(value: number): void {
    if (value < 0x80) {
      this.#reserve(1);
      this.#buffer[--this.#at] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#reserve(size);
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#buffer[at++] = (rest % 0x80) | 0x80;
    this.#buffer[at] = rest;
  }

  /** A signed 64-bit varint; negative numbers take ten bytes. */
  int64(value: number | bigint): void {
    if (typeof value === "number" && value >= 0) {
      this.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    const groups: number[] = [];
    do {
      groups.push(Number(rest & 0x7fn));
      rest >>= 7n;
    } while (rest > 0n);
    for (let i = groups.length - 1; i >= 0; i--) this.byte(i === groups.length - 1 ? groups[i]! : groups[i]! | 0x80);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[--this.#at] = value;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#buffer.set(value, this.#at);
  }

  text(value: string): void {
    if (value.length <= SHORT_MAX && this.#ascii(value)) return;
    const size = Buffer.byteLength(value);
    this.#reserve(size);
    this.#at -= size;
    this.#buffer.write(value, this.#at);
  }

  /** Short ASCII by hand, which is quicker than a call of Buffer's. @returns whether the text was ASCII and is written */
  #ascii(value: string): boolean {
    const size = value.length;
    this.#reserve(size);
    const at = this.#at - size;
    for (let i = 0; i < size; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      this.#buffer[at + i] = code;
    }
    this.#at = at;
    return true;
  }

  /** The length since `mark` and the tag: what stands before text, bytes and messages. */
  prefix(mark: number, key: number): void {
    this.varint(this.length - mark);
    this.varint(key);
  }

  #reserve(size: number): void {
    if (this.#at >= size) return;
    const written = this.#buffer.subarray(this.#at);
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, written.length + size));
    larger.set(written, larger.length - written.length);
    this.#at = larger.length - written.length;
    this.#buffer = larger;
  }
}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;

/** What stands before a field's value. */
export function fieldKey(tag: number, wireType: number): number {
  return tag * 8 + wireType;
}

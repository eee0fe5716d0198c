/** Reads protobuf's wire form, within the bytes of one message. Complains in the words of Kubernetes' generated code. */

import { DecodeError } from "../json/decode-error.ts";
import { BYTES, FIXED64, VARINT } from "./writer.ts";

const FIXED32 = 5;
const GROUP_START = 3;
const GROUP_END = 4;

export class Reader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  /** Tag and wire type of the field that `next` found. */
  tag = 0;
  wire = 0;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Moves to the next field. @param type what is being read, for the error. @returns false at the end */
  next(type: string): boolean {
    if (this.#at >= this.#end) return false;
    const key = this.varint();
    this.wire = key % 8;
    this.tag = Math.floor(key / 8);
    if (this.wire === GROUP_END) throw new DecodeError(`proto: ${type}: wiretype end group for non-group`);
    if (this.tag <= 0 || this.tag > 0x1fffffff) throw new DecodeError(`proto: ${type}: illegal tag ${this.tag} (wire type ${key})`);
    return true;
  }

  /** Checks the wire type of the present field. */
  expect(wire: number, field: string): void {
    if (this.wire !== wire) throw new DecodeError(`proto: wrong wireType = ${this.wire} for field ${field}`);
  }

  /** A varint as a number; exact up to 2^53, enough for lengths and tags. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    throw new DecodeError("proto: integer overflow");
  }

  /** A signed 64-bit varint: a bigint beyond what doubles hold. */
  int64(): number | bigint {
    const start = this.#at;
    const value = this.varint();
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    let exact = 0n;
    for (let i = this.#at - 1; i >= start; i--) exact = (exact << 7n) | BigInt(this.#bytes[i]! & 0x7f);
    const signed = BigInt.asIntN(64, exact);
    const small = Number(signed);
    return Number.isSafeInteger(small) ? small : signed;
  }

  /** The lower 32 bits, signed, as Go's conversion keeps them. */
  int32(): number {
    return Number(BigInt.asIntN(32, BigInt(this.int64())));
  }

  double(): number {
    this.#need(8);
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  /** The bytes of a length-delimited field: a view. */
  bytes(): Buffer {
    const { start, end } = this.#span();
    return this.#bytes.subarray(start, end);
  }

  text(): string {
    const { start, end } = this.#span();
    return this.#bytes.toString("utf8", start, end);
  }

  /** A reader over a message inside this one. */
  message(): Reader {
    const { start, end } = this.#span();
    return new Reader(this.#bytes, start, end);
  }

  skip(): void {
    if (this.wire === VARINT) this.varint();
    else if (this.wire === FIXED64) this.#advance(8);
    else if (this.wire === BYTES) this.#span();
    else if (this.wire === FIXED32) this.#advance(4);
    else if (this.wire === GROUP_START) throw new DecodeError("proto: groups are not supported");
    else throw new DecodeError(`proto: illegal wireType ${this.wire}`);
  }

  #span(): { start: number; end: number } {
    const length = this.varint();
    this.#advance(length);
    return { start: this.#at - length, end: this.#at };
  }

  #advance(size: number): void {
    this.#need(size);
    this.#at += size;
  }

  #need(size: number): void {
    if (size > this.#end - this.#at) throw new DecodeError("unexpected EOF");
  }

  #byte(): number {
    this.#need(1);
    return this.#bytes[this.#at++]!;
  }
}

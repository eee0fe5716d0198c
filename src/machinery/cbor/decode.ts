/**
 * CBOR (RFC 8949) as JSON text, by the rules of Kubernetes' reader (KEP-4222): byte strings are strings, those under tags 21 to 23 as the tag says; maps have no key
 * twice; no bignums, no NaN, no undefined. The text goes the way of every JSON body, so that there is one decoder behind both.
 */

import { requestBudget } from "../json/budget.ts";
import { DecodeError } from "../json/decode-error.ts";

const MAX_INT64 = 2n ** 63n - 1n;
const EPOCH_TAG = 1;

/** @throws DecodeError for what isn't one CBOR item, or has no JSON */
export function cborToJson(bytes: Buffer, budget = requestBudget): string {
  const reader = new Reader(bytes, budget.maxMembers, budget.maxDepth);
  const json = reader.value(0);
  if (!reader.ended) throw new DecodeError(`cbor: ${bytes.length - reader.at} bytes of extraneous data starting at index ${reader.at}`);
  return json;
}

interface Head {
  readonly major: number;
  /** The argument; undefined for an indefinite length. */
  readonly argument: bigint | undefined;
  /** The five low bits of the initial byte. */
  readonly short: number;
}

class Reader {
  at = 0;
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  #members: number;

  constructor(bytes: Buffer, members: number, depth: number) {
    this.#bytes = bytes;
    this.#members = members;
    this.#maxDepth = depth;
  }

  get ended(): boolean {
    return this.at === this.#bytes.length;
  }

  value(depth: number): string {
    if (depth > this.#maxDepth) throw new DecodeError(`cbor: exceeded max nested level ${this.#maxDepth}`);
    if (--this.#members < 0) throw new DecodeError("cbor: the document has too many members");
    const head = this.#head();
    switch (head.major) {
      case 0:
        return inRange(head.argument!).toString();
      case 1:
        return (-1n - inRange(head.argument!)).toString();
      case 2:
        return JSON.stringify(utf8(this.#string(head)));
      case 3:
        return JSON.stringify(utf8(this.#string(head)));
      case 4:
        return this.#list(head, depth);
      case 5:
        return this.#map(head, depth);
      case 6:
        return this.#tagged(head.argument!, depth);
      default:
        return this.#simple(head);
    }
  }

  #head(): Head {
    const first = this.#take(1)[0]!;
    const major = first >> 5;
    const short = first & 31;
    if (short < 24) return { major, argument: BigInt(short), short };
    if (short === 31 && major !== 0 && major !== 1 && major !== 6) return { major, argument: undefined, short };
    if (short > 27) throw new DecodeError(`cbor: invalid additional information ${short} for type ${major}`);
    const bytes = this.#take(1 << (short - 24));
    return { major, argument: bytes.length === 8 ? bytes.readBigUInt64BE() : BigInt(bytes.readUIntBE(0, bytes.length)), short };
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.at) throw new DecodeError("unexpected EOF");
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** A string, or the pieces of one of indefinite length. */
  #string({ major, argument }: Head): Buffer {
    if (argument !== undefined) return this.#take(lengthOf(argument));
    const pieces: Buffer[] = [];
    while (!this.#atBreak()) {
      const piece = this.#head();
      if (piece.major !== major || piece.argument === undefined) throw new DecodeError("cbor: wrong element type inside a string of indefinite length");
      pieces.push(this.#take(lengthOf(piece.argument)));
    }
    return Buffer.concat(pieces);
  }

  #list({ argument }: Head, depth: number): string {
    const items: string[] = [];
    while (argument === undefined ? !this.#atBreak() : items.length < argument) items.push(this.value(depth + 1));
    return `[${items.join(",")}]`;
  }

  #map({ argument }: Head, depth: number): string {
    const members = new Map<string, string>();
    while (argument === undefined ? !this.#atBreak() : members.size < argument) {
      const head = this.#head();
      if (head.major !== 2 && head.major !== 3) throw new DecodeError("cbor: cannot unmarshal a map key that is no string into Go value of type string");
      const key = utf8(this.#string(head));
      if (members.has(key)) throw new DecodeError(`cbor: found duplicate map key ${JSON.stringify(key)} at map element index ${members.size}`);
      members.set(key, this.value(depth + 1));
    }
    return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
  }

  #tagged(tag: bigint, depth: number): string {
    if (tag === 2n || tag === 3n) throw new DecodeError("cbor: bignum tags are forbidden");
    const encoding = tag === 21n ? "base64url" : tag === 22n ? "base64" : tag === 23n ? "hex" : undefined;
    if (encoding && this.#bytes[this.at]! >> 5 === 2) return JSON.stringify(this.#string(this.#head()).toString(encoding));
    const value = this.value(depth + 1);
    if (tag !== BigInt(EPOCH_TAG)) return value;
    const seconds = Number(value);
    if (!Number.isFinite(seconds) || Math.abs(seconds) > 8.64e12) throw new DecodeError("cbor: a time is out of range");
    return JSON.stringify(new Date(seconds * 1000).toISOString());
  }

  #simple({ argument, short }: Head): string {
    if (short === 20) return "false";
    if (short === 21) return "true";
    if (short === 22) return "null";
    if (short < 25 || argument === undefined) throw new DecodeError(`cbor: simple value ${argument ?? "break"} is not allowed`);
    const bytes = this.#bytes.subarray(this.at - (1 << (short - 24)), this.at);
    const value = short === 27 ? bytes.readDoubleBE() : short === 26 ? bytes.readFloatBE() : new DataView(bytes.buffer, bytes.byteOffset).getFloat16(0);
    if (!Number.isFinite(value)) throw new DecodeError("cbor: floating-point NaN and infinity are not allowed");
    return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
  }

  #atBreak(): boolean {
    if (this.#bytes[this.at] !== 0xff) return false;
    this.at++;
    return true;
  }
}

function inRange(value: bigint): bigint {
  if (value > MAX_INT64) throw new DecodeError(`cbor: cannot unmarshal ${value} into Go value of type int64`);
  return value;
}

function lengthOf(argument: bigint): number {
  return argument > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(argument);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new DecodeError("cbor: invalid UTF-8 string");
  }
}

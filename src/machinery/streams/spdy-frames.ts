/** SPDY/3.1 frames cut out of a byte stream and put into one. Data is handed on in pieces as it comes; control frames, which are short, are gathered. */

export const FRAME = { synStream: 1, synReply: 2, rstStream: 3, settings: 4, ping: 6, goAway: 7, headers: 8, windowUpdate: 9 } as const;
export const FLAG_FIN = 1;
/** Reasons of a reset. */
export const RESET = { protocolError: 1, refusedStream: 3, cancel: 5 } as const;

export type SpdyPiece =
  | { readonly kind: "control"; readonly type: number; readonly flags: number; readonly payload: Buffer }
  /** `end` with the last piece of the stream's last frame. */
  | { readonly kind: "data"; readonly stream: number; readonly data: Buffer; readonly end: boolean };

export class SpdyError extends Error {
  override name = "SpdyError";
}

const HEAD_BYTES = 8;
const VERSION = 3;
const CONTROL_MAX_BYTES = 64 * 1024;
const STREAM_ID = 0x7fffffff;
const NONE = Buffer.alloc(0);

export function controlFrame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(0x8000 | VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(payload.length, 4);
  head[4] = flags;
  return Buffer.concat([head, payload]);
}

/** @returns the frame's head; the data follows it as it is */
export function dataHead(stream: number, length: number, flags: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(length, 4);
  head[4] = flags;
  return head;
}

/** @returns a payload of 32-bit numbers: stream and reason of a reset, a ping's id */
export function numbers(...values: number[]): Buffer {
  const payload = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) payload.writeUInt32BE(value, 4 * index);
  return payload;
}

/** The stream that a control frame is about: its first number. */
export function streamOf(payload: Buffer): number {
  if (payload.length < 4) throw new SpdyError("a control frame is too short");
  return payload.readUInt32BE(0) & STREAM_ID;
}

/** Reads frames; chunks may be cut anywhere. */
export class SpdyDecoder {
  #head: Buffer = NONE;
  #open: { control: boolean; id: number; flags: number; left: number } | undefined;
  #gathered: Buffer[] = [];

  /** @throws SpdyError */
  *push(chunk: Buffer): Generator<SpdyPiece> {
    let rest = chunk;
    for (;;) {
      if (!this.#open) {
        const bytes = this.#head.length > 0 ? Buffer.concat([this.#head, rest]) : rest;
        this.#head = bytes.length < HEAD_BYTES ? bytes : NONE;
        if (bytes.length < HEAD_BYTES) return;
        this.#open = readHead(bytes);
        rest = bytes.subarray(HEAD_BYTES);
      }
      const open = this.#open;
      const part = rest.subarray(0, open.left);
      if (part.length === 0 && open.left > 0) return;
      rest = rest.subarray(part.length);
      open.left -= part.length;
      if (open.left === 0) this.#open = undefined;
      if (!open.control) {
        yield { kind: "data", stream: open.id, data: part, end: open.left === 0 && (open.flags & FLAG_FIN) !== 0 };
        continue;
      }
      this.#gathered.push(part);
      if (open.left > 0) return;
      const payload = this.#gathered.length === 1 ? part : Buffer.concat(this.#gathered);
      this.#gathered = [];
      yield { kind: "control", type: open.id, flags: open.flags, payload };
    }
  }
}

function readHead(bytes: Buffer): { control: boolean; id: number; flags: number; left: number } {
  const control = (bytes[0]! & 0x80) !== 0;
  const left = bytes.readUInt32BE(4) & 0xffffff;
  const flags = bytes[4]!;
  if (!control) return { control, id: bytes.readUInt32BE(0), flags, left };
  if ((bytes.readUInt16BE(0) & 0x7fff) !== VERSION) throw new SpdyError("not SPDY/3");
  if (left > CONTROL_MAX_BYTES) throw new SpdyError(`a control frame has ${left} bytes: the limit is ${CONTROL_MAX_BYTES}`);
  return { control, id: bytes.readUInt16BE(2), flags, left };
}

/** WebSocket frames (RFC 6455, section 5) cut out of a byte stream and put into one. Data is handed on in pieces as it comes, never gathered: a message's length costs no memory. */

/** A piece of a message: `start` with its first byte (or none), `end` with its last. */
export interface DataPiece {
  readonly kind: "data";
  readonly text: boolean;
  readonly start: boolean;
  readonly end: boolean;
  readonly data: Buffer;
}

export interface ControlFrame {
  readonly kind: "ping" | "pong" | "close";
  readonly data: Buffer;
}

export type Piece = DataPiece | ControlFrame;

/** A peer that breaks the protocol; the code is what the connection is closed with. */
export class WebSocketError extends Error {
  override name = "WebSocketError";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
export const CLOSE = { normal: 1000, goingAway: 1001, protocolError: 1002, internalError: 1011 } as const;

const CONTROL_KINDS: ReadonlyMap<number, ControlFrame["kind"]> = new Map([
  [OPCODE.close, "close"],
  [OPCODE.ping, "ping"],
  [OPCODE.pong, "pong"],
]);
const CONTROL_MAX_BYTES = 125;
const MASK_BYTES = 4;

const NONE = Buffer.alloc(0);

/**
 * @param mask four random bytes from a client; undefined from a server
 * @returns the frame, whole
 */
export function encodeFrame(opcode: number, data: Uint8Array, mask: Uint8Array | undefined): Buffer {
  const { length } = data;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const start = 2 + extra + (mask ? MASK_BYTES : 0);
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = 0x80 | opcode;
  frame[1] = (mask ? 0x80 : 0) | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) frame.writeUInt16BE(length, 2);
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(data, start);
  if (mask) {
    frame.set(mask, 2 + extra);
    unmask(frame.subarray(start), mask, 0);
  }
  return frame;
}

/** @param offset how many bytes of the frame came before */
function unmask(data: Buffer, mask: Uint8Array, offset: number): void {
  for (let index = 0; index < data.length; index++) data[index]! ^= mask[(offset + index) & 3]!;
}

/** Reads frames; chunks may be cut anywhere. */
export class FrameDecoder {
  readonly #masked: boolean;
  #head: Buffer = NONE;
  /** The data frame whose payload is being read. */
  #open: { mask: Uint8Array | undefined; offset: number; left: number; final: boolean; control: ControlFrame["kind"] | undefined } | undefined;
  #gathered: Buffer = NONE;
  #text = false;
  #inMessage = false;
  #started = false;

  /** @param masked whether the peer is a client, which must mask; a server must not */
  constructor(masked: boolean) {
    this.#masked = masked;
  }

  /** The chunk is the decoder's from now on: unmasking happens in place. @throws WebSocketError */
  *push(chunk: Buffer): Generator<Piece> {
    let rest = chunk;
    for (;;) {
      if (!this.#open) {
        const bytes = this.#head.length > 0 ? Buffer.concat([this.#head, rest]) : rest;
        const used = this.#readHead(bytes);
        this.#head = used === 0 ? bytes : NONE;
        if (used === 0) return;
        rest = bytes.subarray(used);
      }
      const open = this.#open!;
      const part = rest.subarray(0, Math.min(open.left, rest.length));
      if (part.length === 0 && open.left > 0) return;
      if (open.mask) unmask(part, open.mask, open.offset);
      open.offset += part.length;
      open.left -= part.length;
      rest = rest.subarray(part.length);
      if (open.control) {
        this.#gathered = this.#gathered.length > 0 ? Buffer.concat([this.#gathered, part]) : part;
        if (open.left > 0) return;
        const data = this.#gathered;
        this.#gathered = NONE;
        this.#open = undefined;
        yield { kind: open.control, data };
        continue;
      }
      const start = !this.#started;
      const end = open.left === 0 && open.final;
      this.#started = !end;
      if (end) this.#inMessage = false;
      if (open.left === 0) this.#open = undefined;
      yield { kind: "data", text: this.#text, start, end, data: part };
    }
  }

  /** @returns the bytes that the frame's head takes, 0 where it isn't whole yet */
  #readHead(bytes: Buffer): number {
    if (bytes.length < 2) return 0;
    const [first, second] = [bytes[0]!, bytes[1]!];
    const opcode = first & 0x0f;
    const final = (first & 0x80) !== 0;
    const short = second & 0x7f;
    const control = CONTROL_KINDS.get(opcode);
    if (first & 0x70) throw new WebSocketError(CLOSE.protocolError, "reserved bits are set");
    if (((second & 0x80) !== 0) !== this.#masked) throw new WebSocketError(CLOSE.protocolError, this.#masked ? "a frame isn't masked" : "a frame is masked");
    if (control ? !final || short > CONTROL_MAX_BYTES : opcode > OPCODE.binary) throw new WebSocketError(CLOSE.protocolError, "not a frame");
    if (!control && (opcode === OPCODE.continuation) !== this.#inMessage) throw new WebSocketError(CLOSE.protocolError, "a fragment is out of place");
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
    const used = 2 + extra + (this.#masked ? MASK_BYTES : 0);
    if (bytes.length < used) return 0;
    const left = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (!Number.isSafeInteger(left)) throw new WebSocketError(CLOSE.protocolError, "a frame is too long");
    const mask = this.#masked ? Uint8Array.from(bytes.subarray(2 + extra, used)) : undefined;
    if (!control && opcode !== OPCODE.continuation) {
      this.#inMessage = true;
      this.#started = false;
      this.#text = opcode === OPCODE.text;
    }
    this.#open = { mask, offset: 0, left, final, control };
    return used;
  }
}

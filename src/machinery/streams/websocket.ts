/** An open WebSocket over any byte stream, either end. What it reads it hands on piece by piece and reads no further until that was taken: nothing piles up. */

import type { Duplex } from "node:stream";
import { CLOSE, type DataPiece, encodeFrame, FrameDecoder, OPCODE, WebSocketError } from "./websocket-frames.ts";

export interface WebSocketOptions {
  readonly socket: Duplex;
  /** What was read beyond the handshake. */
  readonly head: Buffer;
  /** Present at a client, which masks what it sends: four unpredictable bytes a frame. */
  readonly mask?: () => Uint8Array;
}

/** After a close frame the peer has so long to close the connection. */
const CLOSE_WAIT_MS = 2000;

export class WebSocketConnection {
  readonly #socket: Duplex;
  readonly #mask: (() => Uint8Array) | undefined;
  readonly #decoder: FrameDecoder;
  readonly #head: Buffer;
  #waiting: (() => void)[] = [];
  #closing = false;
  #peerClosed = false;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;

  constructor({ socket, head, mask }: WebSocketOptions) {
    this.#socket = socket;
    this.#mask = mask;
    this.#head = head;
    this.#decoder = new FrameDecoder(!mask);
    const release = () => {
      for (const go of this.#waiting.splice(0)) go();
    };
    this.closed = new Promise((resolve) => {
      if (socket.destroyed) resolve();
      socket.once("close", () => {
        release();
        resolve();
      });
    });
    socket.on("drain", release).on("error", () => socket.destroy());
  }

  /** Reads until the peer closes. @param take is given each piece of a message; the next comes once it has resolved */
  async read(take: (piece: DataPiece) => void | Promise<void>): Promise<void> {
    try {
      if (this.#head.length > 0 && (await this.#feed(this.#head, take))) return;
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) if (await this.#feed(chunk as Buffer, take)) return;
    } catch (error) {
      if (error instanceof WebSocketError) this.close(error.code, error.message);
      else this.#socket.destroy();
    } finally {
      this.#peerClosed = true;
      if (this.#closing) this.#socket.end();
      else this.close(CLOSE.normal);
    }
  }

  /** @returns whether the peer has closed */
  async #feed(chunk: Buffer, take: (piece: DataPiece) => void | Promise<void>): Promise<boolean> {
    for (const piece of this.#decoder.push(chunk)) {
      if (piece.kind === "close") return true;
      if (piece.kind === "ping") this.#write(OPCODE.pong, piece.data);
      else if (piece.kind === "data") await take(piece);
    }
    return false;
  }

  /** @returns once the peer has taken enough for more to be sent; what is sent after the close is dropped */
  send(data: Uint8Array, text = false): Promise<void> | undefined {
    if (this.#closing || this.#socket.destroyed) return undefined;
    if (this.#write(text ? OPCODE.text : OPCODE.binary, data)) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Keeps middle boxes from forgetting the connection, and finds out that the peer is gone. */
  ping(): void {
    if (!this.#closing && !this.#socket.destroyed) this.#write(OPCODE.ping, Buffer.alloc(0));
  }

  close(code: number = CLOSE.normal, reason = ""): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#socket.destroyed) return;
    const text = Buffer.from(reason).subarray(0, 120);
    const data = Buffer.alloc(2 + text.length);
    data.writeUInt16BE(code, 0);
    data.set(text, 2);
    this.#write(OPCODE.close, data);
    if (this.#peerClosed) this.#socket.end();
    // A peer that doesn't answer is cut; the timer holds no process.
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_WAIT_MS);
    timer.unref();
    this.#socket.once("close", () => clearTimeout(timer));
  }

  #write(opcode: number, data: Uint8Array): boolean {
    return this.#socket.write(encodeFrame(opcode, data, this.#mask?.()));
  }
}

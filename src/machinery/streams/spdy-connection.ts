/**
 * A SPDY/3.1 connection, either end, as Kubernetes uses it: streams opened by the client, named by headers, closed half by half. Its peers (client-go, kubelet, containerd)
 * have no flow control of their own: what holds a fast sender back is that nothing more is read while a stream's reader is slow.
 */

import type { Duplex } from "node:stream";
import { PushedStream } from "./pushed-stream.ts";
import { controlFrame, dataHead, FLAG_FIN, FRAME, numbers, RESET, SpdyDecoder, SpdyError, type SpdyPiece, streamOf } from "./spdy-frames.ts";
import { HeaderDecoder, HeaderEncoder, type SpdyHeaders } from "./spdy-headers.ts";

export interface SpdyOptions {
  readonly socket: Duplex;
  /** What was read beyond the handshake. */
  readonly head: Buffer;
  readonly side: "client" | "server";
  /** Whether a stream that the peer opens is taken; all are where absent. */
  readonly accepts?: (headers: SpdyHeaders) => boolean;
  /** Called for each stream that was taken. */
  readonly onStream?: (stream: SpdyStream) => void;
}

/** Each request of a port-forward has two. */
const STREAMS_MAX = 1024;
const CLOSE_WAIT_MS = 2000;
const SYN_STREAM_FIXED = 10;

export interface SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly stream: PushedStream;
}

interface Open extends SpdyStream {
  /** By the side that didn't open it. */
  accepted: boolean;
  localEnded: boolean;
  remoteEnded: boolean;
}

export class SpdyConnection {
  readonly #socket: Duplex;
  readonly #options: SpdyOptions;
  readonly #streams = new Map<number, Open>();
  readonly #encoder = new HeaderEncoder();
  readonly #headers = new HeaderDecoder();
  #waiting: (() => void)[] = [];
  #nextId: number;
  #ended = false;
  /** Resolves when nothing more can come. */
  readonly closed: Promise<void>;

  constructor(options: SpdyOptions) {
    const { socket } = options;
    this.#options = options;
    this.#socket = socket;
    this.#nextId = options.side === "client" ? 1 : 2;
    const release = () => {
      for (const go of this.#waiting.splice(0)) go();
    };
    socket.on("drain", release).on("close", release);
    socket.on("error", () => socket.destroy());
    this.closed = this.#read().finally(() => {
      this.#headers.close();
      for (const { stream } of this.#streams.values()) {
        stream.deliverEnd();
        stream.end();
      }
      this.#streams.clear();
      release();
      this.close();
    });
  }

  /** Opens a stream; it may be written at once. */
  open(headers: SpdyHeaders): SpdyStream {
    const id = this.#nextId;
    this.#nextId += 2;
    const opened = this.#add(id, headers);
    this.#write(controlFrame(FRAME.synStream, 0, Buffer.concat([numbers(id, 0), Buffer.alloc(2), this.#encoder.encode(headers)])));
    return opened;
  }

  ping(): void {
    this.#write(controlFrame(FRAME.ping, 0, numbers(this.#options.side === "client" ? 1 : 2)));
  }

  /** Says good-bye and ends the connection once all that was written is out. */
  close(): void {
    if (this.#ended) return;
    this.#write(controlFrame(FRAME.goAway, 0, numbers(0, 0)));
    this.#ended = true;
    const socket = this.#socket;
    socket.end();
    const timer = setTimeout(() => socket.destroy(), CLOSE_WAIT_MS);
    timer.unref();
    socket.once("close", () => clearTimeout(timer));
  }

  #add(id: number, headers: SpdyHeaders): Open {
    const stream = new PushedStream({
      send: (data) => {
        if (opened.localEnded || this.#ended || this.#socket.destroyed) return undefined;
        this.#socket.cork(); // Head and data in one packet.
        this.#socket.write(dataHead(id, data.length, 0));
        const more = this.#write(data);
        this.#socket.uncork();
        return more ? undefined : new Promise((resolve) => this.#waiting.push(resolve));
      },
      end: () => {
        if (opened.localEnded) return;
        opened.localEnded = true;
        this.#write(dataHead(id, 0, FLAG_FIN));
        this.#forget(opened);
      },
      gone: () => {
        if (!this.#streams.delete(id) || (opened.localEnded && opened.remoteEnded)) return;
        this.#write(controlFrame(FRAME.rstStream, 0, numbers(id, RESET.cancel)));
      },
    });
    const opened: Open = { id, headers, stream, accepted: false, localEnded: false, remoteEnded: false };
    this.#streams.set(id, opened);
    return opened;
  }

  #forget(opened: Open): void {
    if (opened.localEnded && opened.remoteEnded) this.#streams.delete(opened.id);
  }

  #write(data: Buffer): boolean {
    if (this.#ended || this.#socket.destroyed) return true;
    return this.#socket.write(data);
  }

  async #read(): Promise<void> {
    const decoder = new SpdyDecoder();
    try {
      for (const piece of decoder.push(this.#options.head)) await this.#take(piece);
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) for (const piece of decoder.push(chunk as Buffer)) await this.#take(piece);
    } catch {
      this.#socket.destroy(); // Whatever broke it, the streams end with it.
    }
  }

  async #take(piece: SpdyPiece): Promise<void> {
    if (piece.kind === "control") return this.#control(piece.type, piece.flags, piece.payload);
    const opened = this.#streams.get(piece.stream);
    if (!opened || opened.remoteEnded) return;
    await opened.stream.deliver(piece.data);
    if (piece.end) this.#remoteEnd(opened);
  }

  /** A stream that was never accepted is refused. Another is over: Go's servers end theirs so, and what they sent before is still to be read. */
  #reset(opened: Open): void {
    this.#streams.delete(opened.id);
    opened.localEnded = true;
    opened.remoteEnded = true;
    if (!opened.accepted) return void opened.stream.destroy(new SpdyError("the stream was reset"));
    opened.stream.deliverEnd();
    opened.stream.end();
  }

  #remoteEnd(opened: Open): void {
    opened.remoteEnded = true;
    opened.stream.deliverEnd();
    this.#forget(opened);
  }

  async #control(type: number, flags: number, payload: Buffer): Promise<void> {
    if (type === FRAME.synStream) return this.#accept(flags, payload);
    if (type === FRAME.synReply || type === FRAME.headers) {
      await this.#headers.decode(payload.subarray(4)); // The blocks are one stream: each must be read for the next to make sense.
      const opened = this.#streams.get(streamOf(payload));
      if (opened) opened.accepted = true;
      if (opened && flags & FLAG_FIN) this.#remoteEnd(opened);
    } else if (type === FRAME.rstStream) {
      const opened = this.#streams.get(streamOf(payload));
      if (opened) this.#reset(opened);
    } else if (type === FRAME.ping) {
      const ours = (streamOf(payload) & 1) === (this.#options.side === "client" ? 1 : 0);
      if (!ours) this.#write(controlFrame(FRAME.ping, 0, payload.subarray(0, 4)));
    }
    // Settings, windows and good-byes ask nothing of this side: it opens few streams, and reads until the connection ends.
  }

  async #accept(flags: number, payload: Buffer): Promise<void> {
    const id = streamOf(payload);
    const headers = await this.#headers.decode(payload.subarray(SYN_STREAM_FIXED));
    const { side, accepts, onStream } = this.#options;
    if ((id & 1) !== (side === "server" ? 1 : 0) || this.#streams.has(id)) throw new SpdyError("a stream has a number that isn't the peer's to give");
    if (!onStream || this.#streams.size >= STREAMS_MAX || accepts?.(headers) === false) return this.#refuse(id);
    const opened = this.#add(id, headers);
    opened.accepted = true;
    // The reply goes first: a client that waits for it takes no data of other streams meanwhile.
    this.#write(controlFrame(FRAME.synReply, 0, Buffer.concat([numbers(id), this.#encoder.encode(new Map())])));
    onStream(opened);
    if (flags & FLAG_FIN) this.#remoteEnd(opened);
  }

  #refuse(id: number): void {
    this.#write(controlFrame(FRAME.rstStream, 0, numbers(id, RESET.refusedStream)));
  }
}

/** One HTTP request and its answer, the same whether it came over HTTP/2 (`stream` events, the fast way) or HTTP/1.1. */

import type { IncomingHttpHeaders } from "node:http";
import type { Duplex, Readable } from "node:stream";

/** Given to an answer it is the exchange's own: made for that answer and not used again. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** A body's chunks, one a call, then undefined; or a promise of either. */
export type Chunks = () => Uint8Array | undefined | Promise<Uint8Array | undefined>;

export interface Exchange {
  readonly method: string;
  /** The request target as it came: path and query, not decoded. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly connection: ConnectionFacts;
  /** Every value of a header, in lower case, as each came: `headers` would join them, or hide that there were two. */
  values(name: string): readonly string[];
  /** Aborted when the client goes away before the answer has ended. */
  readonly signal: AbortSignal;
  /** The code of the answer; 0 until one has begun. */
  readonly code: number;
  /** Bytes of an answer that was given whole. */
  readonly sentBytes?: number;
  /** Reads the body whole. Throws a 413 StatusError above `limitBytes`, a 400 when it ends early. */
  body(limitBytes: number): Promise<Buffer>;
  /** The body as it comes, for those who pass it on. */
  bodyStream(): Readable;
  /** Answers whole. Several chunks are written one after the other without joining them. */
  answer(code: number, headers: Headers, body: Uint8Array | readonly Uint8Array[]): void;
  /**
   * Answers whole with chunks that are made one at a time, the next only once the client has taken the last: a large list costs one chunk of memory.
   * `next` gives undefined at the end; what it throws breaks the answer off.
   */
  answerFrom(code: number, headers: Headers, next: Chunks): void;
  /** Begins an answer that goes on (watch, log). */
  stream(code: number, headers: Headers): AnswerStream;
  /** Takes the raw socket of an HTTP/1.1 upgrade request, with what was read beyond its head; undefined where the request asks for none. */
  takeSocket(): { readonly socket: Duplex; readonly head: Buffer } | undefined;
}

export interface AnswerStream {
  /** Queues a chunk. @returns the bytes that wait in this process's memory to be sent: the caller's limit cuts slow readers */
  write(chunk: Uint8Array): number;
  /** Queues several messages, as `write` each of them: where nothing parts them on the wire, in one piece. */
  writeAll(chunks: readonly Uint8Array[]): number;
  /** The bytes that wait now. */
  queued(): number;
  /** Resolves once the client has taken what waits, or is gone. */
  drained(): Promise<void>;
  end(): void;
  /** Ends the answer so that the client sees it broken off. */
  abort(): void;
  readonly signal: AbortSignal;
}

/** What is known of the connection; one value a connection, so that facts can be cached on it. */
export interface ConnectionFacts {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** DER of the client's certificate, then of the intermediates that came along; undefined where it sent none. Nothing is verified: that is the authenticator's. */
  readonly certificates: readonly Uint8Array[] | undefined;
  readonly protocol: "h2" | "http/1.1";
}

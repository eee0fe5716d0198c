/** An exchange over an HTTP/2 stream. It is on the path of every GET, so nothing is made before it is asked for. */

import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Duplex, Readable } from "node:stream";
import type { Clock } from "../../machinery/clock.ts";
import { readBody } from "./body.ts";
import type { AnswerStream, Chunks, ConnectionFacts, Exchange, Headers } from "./exchange.ts";
import { joined } from "./joined.ts";
import { drained, endWith, pump, writeChunk } from "./pump.ts";

/** A stream's errors (resets, broken connections) are seen as its end; without a listener they would end the process. */
function ignore(): void {}

const NONE: readonly string[] = [];

export class Http2Exchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly connection: ConnectionFacts;
  code = 0;
  sentBytes = 0;
  readonly #stream: ServerHttp2Stream;
  readonly #clock: Clock;
  readonly #raw: readonly string[];
  #gone: AbortController | undefined;

  /** @param raw names and values in turn, as they came */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[], connection: ConnectionFacts, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.method = headers[":method"] ?? "";
    this.target = headers[":path"] ?? "";
    this.headers = headers;
    this.#raw = raw;
    this.connection = connection;
    stream.on("error", ignore);
  }

  values(name: string): readonly string[] {
    if (this.headers[name] === undefined) return NONE;
    return this.#raw.filter((_, index) => index % 2 === 1 && this.#raw[index - 1] === name);
  }

  get signal(): AbortSignal {
    if (!this.#gone) {
      const gone = new AbortController();
      this.#gone = gone;
      const stream = this.#stream;
      if (stream.destroyed) gone.abort();
      // A stream that its client broke off counts as finished, and as aborted.
      else stream.once("close", () => (stream.aborted || !stream.writableFinished) && gone.abort());
    }
    return this.#gone.signal;
  }

  body(limitBytes: number): Promise<Buffer> {
    return readBody(this.#stream, this.headers["content-length"], limitBytes, this.#clock);
  }

  bodyStream(): Readable {
    return this.#stream;
  }

  answer(code: number, headers: Headers, body: Uint8Array | readonly Uint8Array[]): void {
    if (!this.#begin(code, headers)) return;
    if (body instanceof Uint8Array) {
      this.sentBytes = body.length;
      endWith(this.#stream, body);
    } else {
      for (const chunk of body) {
        this.sentBytes += chunk.length;
        writeChunk(this.#stream, chunk);
      }
      this.#stream.end();
    }
    this.#refuseRest();
  }

  answerFrom(code: number, headers: Headers, next: Chunks): void {
    if (!this.#begin(code, headers)) return;
    pump(this.#stream, next, () => this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    this.#refuseRest();
  }

  stream(code: number, headers: Headers): AnswerStream {
    const stream = this.#stream;
    if (this.#begin(code, headers)) this.#refuseRest();
    return {
      signal: this.signal,
      write(chunk) {
        if (stream.destroyed || stream.writableEnded) return 0;
        stream.write(chunk);
        return stream.writableLength;
      },
      writeAll(chunks) {
        return this.write(joined(chunks));
      },
      queued: () => stream.writableLength,
      drained: () => drained(stream),
      end: () => void stream.end(),
      abort: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    };
  }

  takeSocket(): { readonly socket: Duplex; readonly head: Buffer } | undefined {
    return undefined;
  }

  /** @returns false when there is nobody to answer: the client has gone, or has its answer */
  #begin(code: number, headers: Headers): boolean {
    if (this.code !== 0) return false; // Its time was over, and that was answered.
    this.code = code;
    const stream = this.#stream;
    if (stream.destroyed || stream.closed || stream.headersSent) return false;
    (headers as Record<string, unknown>)[":status"] = code; // The exchange owns what it is given: no second copy.
    stream.respond(headers as OutgoingHttpHeaders);
    return true;
  }

  /** A body that nobody has read is not waited for: once the answer is out, the client is told to stop (RFC 9113, 8.1). */
  #refuseRest(): void {
    const stream = this.#stream;
    if (this.method === "GET" || stream.readableEnded || stream.endAfterHeaders) return;
    stream.once("finish", () => stream.readableEnded || stream.close(constants.NGHTTP2_NO_ERROR));
  }
}

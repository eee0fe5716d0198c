/** A request that the server makes of itself: the same steps, admission and audit as anybody's, without a socket. */

import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import { tooLarge } from "../../machinery/status/status-error.ts";
import type { AnswerStream, Chunks, ConnectionFacts, Exchange, Headers } from "./exchange.ts";

const CONNECTION: ConnectionFacts = { remoteAddress: "127.0.0.1", remotePort: 0, certificates: undefined, protocol: "h2" };
const NEVER = new AbortController().signal;

export interface LoopbackAnswer {
  readonly code: number;
  readonly body: Buffer;
}

export class LoopbackExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly connection = CONNECTION;
  readonly signal = NEVER;
  readonly #body: Buffer;
  readonly #answer = Promise.withResolvers<LoopbackAnswer>();
  code = 0;

  constructor(method: string, target: string, body: unknown, contentType = "application/json") {
    this.method = method;
    this.target = target;
    this.#body = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    this.headers = { "user-agent": "rampart-apiserver", "content-type": contentType, accept: "application/json" };
  }

  values(): readonly string[] {
    return [];
  }

  /** Resolves with the answer once it is whole. */
  get answered(): Promise<LoopbackAnswer> {
    return this.#answer.promise;
  }

  async body(limitBytes: number): Promise<Buffer> {
    if (this.#body.length > limitBytes) throw tooLarge(`Request entity too large: limit is ${limitBytes}`);
    return this.#body;
  }

  bodyStream(): Readable {
    return Readable.from([this.#body]);
  }

  answer(code: number, _headers: Headers, body: Uint8Array | readonly Uint8Array[]): void {
    this.#settle(code, body instanceof Uint8Array ? [body] : body);
  }

  answerFrom(code: number, _headers: Headers, next: Chunks): void {
    const collect = async (): Promise<void> => {
      const chunks: Uint8Array[] = [];
      for (let chunk = await next(); chunk; chunk = await next()) chunks.push(chunk);
      this.#settle(code, chunks);
    };
    collect().catch((error) => this.#answer.reject(error));
  }

  stream(): AnswerStream {
    throw new Error("A server doesn't stream to itself");
  }

  takeSocket(): undefined {
    return undefined;
  }

  #settle(code: number, chunks: readonly Uint8Array[]): void {
    if (this.code !== 0) return;
    this.code = code;
    this.#answer.resolve({ code, body: Buffer.concat(chunks) });
  }
}

/** An exchange over HTTP/1.1: requests, and upgrades, whose socket a handler may take. */

import { type IncomingHttpHeaders, type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex, Readable } from "node:stream";
import type { Clock } from "../../machinery/clock.ts";
import { readBody } from "./body.ts";
import type { AnswerStream, Chunks, ConnectionFacts, Exchange, Headers } from "./exchange.ts";
import { joined } from "./joined.ts";
import { drained, pump, writeChunk } from "./pump.ts";

export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

function ignore(): void {}

export class Http1Exchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly connection: ConnectionFacts;
  code = 0;
  sentBytes = 0;
  readonly #request: IncomingMessage;
  readonly #clock: Clock;
  #response: ServerResponse | undefined;
  #upgrade: Upgrade | undefined;
  #gone: AbortController | undefined;

  /** @param response undefined for an upgrade, which has a bare socket instead */
  constructor(request: IncomingMessage, response: ServerResponse | undefined, connection: ConnectionFacts, clock: Clock, upgrade?: Upgrade) {
    this.#request = request;
    this.#response = response;
    this.#upgrade = upgrade;
    this.#clock = clock;
    this.method = request.method ?? "";
    this.target = request.url ?? "";
    this.headers = request.headers;
    this.connection = connection;
    request.on("error", ignore);
    response?.on("error", ignore);
    upgrade?.socket.on("error", ignore);
  }

  values(name: string): readonly string[] {
    return this.#request.headersDistinct[name] ?? [];
  }

  get signal(): AbortSignal {
    if (!this.#gone) {
      const gone = new AbortController();
      this.#gone = gone;
      const source = this.#upgrade?.socket ?? this.#response;
      if (!source || source.destroyed) gone.abort();
      else source.once("close", () => source.writableFinished || gone.abort());
    }
    return this.#gone.signal;
  }

  body(limitBytes: number): Promise<Buffer> {
    return readBody(this.#request, this.headers["content-length"], limitBytes, this.#clock);
  }

  bodyStream(): Readable {
    return this.#request;
  }

  answer(code: number, headers: Headers, body: Uint8Array | readonly Uint8Array[]): void {
    const chunks = body instanceof Uint8Array ? [body] : body;
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.sentBytes = length;
    const response = this.#begin(code, code === 204 || code === 304 ? headers : { ...headers, "content-length": String(length) });
    if (!response) return;
    for (const chunk of chunks) writeChunk(response, chunk);
    response.end();
  }

  answerFrom(code: number, headers: Headers, next: Chunks): void {
    const response = this.#begin(code, headers);
    if (response) pump(response, next, () => response.destroy());
  }

  stream(code: number, headers: Headers): AnswerStream {
    const response = this.#begin(code, headers);
    response?.flushHeaders();
    return {
      signal: this.signal,
      write(chunk) {
        if (!response || response.destroyed || response.writableEnded) return 0;
        response.write(chunk);
        return response.writableLength;
      },
      writeAll(chunks) {
        return this.write(joined(chunks));
      },
      queued: () => response?.writableLength ?? 0,
      drained: () => drained(response),
      end: () => void response?.end(),
      abort: () => void response?.destroy(),
    };
  }

  takeSocket(): Upgrade | undefined {
    const upgrade = this.#upgrade;
    if (!upgrade || this.code) return undefined;
    this.code = 101;
    return upgrade;
  }

  /** @returns undefined when the client has gone, or has its answer */
  #begin(code: number, headers: Headers): ServerResponse | undefined {
    if (this.code !== 0) return undefined; // Its time was over, and that was answered.
    this.code = code;
    const response = this.#response ?? this.#onBareSocket();
    if (!response || response.destroyed || response.headersSent) return undefined;
    // A body that nobody has read is not waited for: the connection ends with the answer.
    if (!this.#request.complete || this.#upgrade) response.setHeader("connection", "close");
    response.writeHead(code, headers as Record<string, string | string[]>);
    return response;
  }

  /** An upgrade that is refused is answered as any other request, and its connection ends. */
  #onBareSocket(): ServerResponse | undefined {
    const socket = this.#upgrade?.socket;
    if (!socket || socket.destroyed) return undefined;
    const response = new ServerResponse(this.#request);
    response.shouldKeepAlive = false;
    // The socket of an upgrade is the connection's own TLS socket: http hands it over as a Duplex.
    response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
    response.on("error", ignore).on("finish", () => socket.end());
    this.#response = response;
    return response;
  }
}

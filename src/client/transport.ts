/** One HTTP/2 connection to the API server, opened when needed and again when it broke; requests whole or line by line. */

import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { StringDecoder } from "node:string_decoder";

const REQUEST_TIMEOUT_MS = 60_000;
const ANSWER_LIMIT_BYTES = 512 * 1024 * 1024;
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;
/** A connection that is silent for so long is asked whether it lives; a watch on a dead peer would wait for ever. */
const PING_EVERY_MS = 15_000;
const PING_TIMEOUT_MS = 10_000;

export interface TransportOptions {
  /** Opens a session: the dialer's work. */
  open(): Promise<ClientHttp2Session>;
  /** The bearer token for a request made now, where one is used. */
  token?(): string | undefined | Promise<string | undefined>;
  readonly userAgent: string;
}

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly contentType?: string | undefined;
  readonly accept?: string;
  readonly body?: Uint8Array | undefined;
  readonly timeoutMs?: number;
}

export interface Incoming {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface LineRequest {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly accept?: string;
  /** Makes the error of an answer of 400 and above. */
  fail(code: number, text: string): Error;
}

export class Transport {
  readonly #options: TransportOptions;
  #session: Promise<ClientHttp2Session> | undefined;
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** @throws Error when the server can't be reached or breaks off; an answer of 400 and above is returned like any other */
  async request(outgoing: Outgoing): Promise<Incoming> {
    const stream = await this.#begin(outgoing);
    const timeoutMs = outgoing.timeoutMs ?? REQUEST_TIMEOUT_MS;
    stream.setTimeout(timeoutMs, () => stream.destroy(new Error(`${outgoing.method} ${outgoing.path}: no answer in ${timeoutMs / 1000} s`)));
    const headers = await responseOf(stream);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > ANSWER_LIMIT_BYTES) throw new Error(`${outgoing.method} ${outgoing.path}: the answer is larger than ${ANSWER_LIMIT_BYTES} bytes`);
      chunks.push(chunk);
    }
    return { code: headers[":status"] ?? 0, headers, body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) };
  }

  /** Reads an answer line by line until the server ends it or the signal aborts; what `onLine` throws ends it as well. */
  async lines(request: LineRequest, onLine: (line: string) => void): Promise<void> {
    const stream = await this.#begin({ method: "GET", path: request.path, ...(request.accept && { accept: request.accept }) });
    const abort = (): void => void stream.close(constants.NGHTTP2_CANCEL);
    request.signal.addEventListener("abort", abort, { once: true });
    try {
      const headers = await responseOf(stream);
      const code = headers[":status"] ?? 0;
      const decoder = new StringDecoder("utf8");
      let pending = "";
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        pending += decoder.write(chunk);
        if (code >= 400) continue;
        let from = 0;
        for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n", from)) {
          onLine(pending.slice(from, end));
          from = end + 1;
        }
        pending = pending.slice(from);
        if (pending.length > LINE_LIMIT_BYTES) throw new Error(`GET ${request.path}: a line is longer than ${LINE_LIMIT_BYTES} bytes`);
      }
      if (code >= 400) throw request.fail(code, pending);
    } catch (error) {
      if (!request.signal.aborted) throw error;
    } finally {
      request.signal.removeEventListener("abort", abort);
      if (!stream.destroyed) stream.close(constants.NGHTTP2_CANCEL);
    }
  }

  /** Drops the connection: what comes next opens another, under the identity that is valid then. Watches end, and are begun anew by whoever holds them. */
  renew(): void {
    const old = this.#session;
    this.#session = undefined;
    void old?.then((session) => session.destroy()).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const session = await this.#session?.catch(() => undefined);
    session?.destroy();
  }

  async #begin(outgoing: Outgoing): Promise<ClientHttp2Stream> {
    const session = await this.#connected();
    const token = await this.#options.token?.();
    const stream = session.request(
      {
        ":method": outgoing.method,
        ":path": outgoing.path,
        accept: outgoing.accept ?? "application/json",
        "user-agent": this.#options.userAgent,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(outgoing.body && { "content-type": outgoing.contentType ?? "application/json", "content-length": outgoing.body.length }),
      },
      { endStream: !outgoing.body },
    );
    if (outgoing.body) stream.end(outgoing.body);
    return stream;
  }

  #connected(): Promise<ClientHttp2Session> {
    if (this.#closed) return Promise.reject(new Error("the client is closed"));
    this.#session ??= this.#open();
    return this.#session;
  }

  async #open(): Promise<ClientHttp2Session> {
    const forget = (): void => {
      this.#session = undefined;
    };
    try {
      const session = await this.#options.open();
      const pulse = setInterval(() => {
        if (session.destroyed) return;
        const silent = setTimeout(() => session.destroy(new Error("the server stopped answering")), PING_TIMEOUT_MS);
        session.ping(() => clearTimeout(silent));
      }, PING_EVERY_MS);
      pulse.unref();
      session.once("goaway", forget);
      session.once("close", () => {
        clearInterval(pulse);
        forget();
      });
      session.on("error", forget);
      return session;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

function responseOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders & IncomingHttpStatusHeader> {
  return new Promise((resolve, reject) => {
    stream.once("response", resolve);
    stream.once("error", reject);
    stream.once("close", () => reject(new Error("the server closed the request without an answer")));
  });
}

/** The attacker's line to the server: requests that no client library would send, and answers as they came. It never retries and never follows. */

import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import type { ClusterAccess } from "../client/kubeconfig.ts";
import { type Dialer, PURPOSES } from "../machinery/dialer.ts";
import { type RawAnswer, readAnswer } from "./raw-answer.ts";

const TIMEOUT_MS = 20_000;
const PIECE_BYTES = 64 * 1024;
/** An answer that is longer is cut: no drill looks further. */
const ANSWER_LIMIT_BYTES = 32 * 1024 * 1024;

export interface Sent {
  readonly method: string;
  /** Path and query, as they stand. */
  readonly path: string;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly sent: Sent;
  /** 0 where the server broke off without one; `text` then says how. */
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** From the request's first byte to the answer's. */
  readonly tookMs: number;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export class Wire {
  readonly #access: ClusterAccess;
  readonly #dialer: Dialer;
  /** Open connections, by the certificate that they show. */
  readonly #sessions = new Map<string, Promise<ClientHttp2Session>>();

  constructor(access: ClusterAccess, dialer: Dialer) {
    this.#access = access;
    this.#dialer = dialer;
  }

  /** `https://127.0.0.1:6443` */
  get server(): string {
    return this.#access.server;
  }

  get #target() {
    const { hostname, port } = new URL(this.#access.server);
    return { purpose: PURPOSES.apiserver, host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 443) };
  }

  #facts(certificate: Certificate | undefined) {
    const { ca, serverName } = this.#access;
    return { ca, ...(serverName && { serverName }), ...certificate };
  }

  /** Sends over HTTP/2. A server that can't be reached throws; one that breaks off is an answer with code 0. */
  async send(sent: Sent, certificate?: Certificate): Promise<Answer> {
    const session = await this.#session(certificate);
    const body = sent.body === undefined ? undefined : Buffer.from(sent.body);
    const began = performance.now();
    const headers = { ":method": sent.method, ":path": sent.path, accept: "application/json", "user-agent": "rampart-drill", ...sent.headers };
    const typed = body ? { "content-type": sent.type ?? "application/json", "content-length": body.length } : {};
    const stream = session.request({ ...typed, ...headers }, { endStream: !body });
    return new Promise((resolve) => {
      let code = 0;
      let answered: IncomingHttpHeaders = {};
      let tookMs = 0;
      let failure = "the server broke off without an answer";
      const chunks: Buffer[] = [];
      let size = 0;
      stream.setTimeout(TIMEOUT_MS, () => {
        failure = `no answer within ${TIMEOUT_MS / 1000} s`;
        stream.close(constants.NGHTTP2_CANCEL);
      });
      stream.on("response", (received) => {
        tookMs = performance.now() - began;
        code = received[":status"] ?? 0;
        answered = received;
      });
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= ANSWER_LIMIT_BYTES) chunks.push(chunk);
      });
      stream.on("error", (error) => {
        failure = error.message;
      });
      stream.on("close", () => resolve({ sent, code, headers: answered, text: code === 0 ? failure : Buffer.concat(chunks).toString(), tookMs }));
      // An answer before the body was sent (413, 401) is an answer: the rest of the body is of no use to anybody.
      stream.on("end", () => !stream.writableEnded && stream.close(constants.NGHTTP2_NO_ERROR));
      if (body) writeInPieces(stream, body);
    });
  }

  /** Sends bytes as they are over HTTP/1.1, on a connection of its own, and hears what comes back. `cutAfterMs` then drops the connection without a goodbye. */
  async sendRaw(bytes: string | Uint8Array, options: { readonly certificate?: Certificate; readonly cutAfterMs?: number } = {}): Promise<RawAnswer> {
    const socket = await this.#dialer.tls(this.#target, { ...this.#facts(options.certificate), alpn: ["http/1.1"] });
    const { cutAfterMs } = options;
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const end = () => resolve(readAnswer(Buffer.concat(chunks)));
      const timer = setTimeout(() => socket.destroy(), cutAfterMs ?? TIMEOUT_MS);
      socket.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (cutAfterMs === undefined && readAnswer(Buffer.concat(chunks)).whole) socket.destroy();
      });
      socket.on("error", () => undefined);
      socket.on("close", () => {
        clearTimeout(timer);
        end();
      });
      socket.write(bytes);
    });
  }

  /** Ends all connections; the next request opens another. */
  async close(): Promise<void> {
    for (const session of this.#sessions.values()) (await session.catch(() => undefined))?.destroy();
    this.#sessions.clear();
  }

  #session(certificate: Certificate | undefined): Promise<ClientHttp2Session> {
    const name = certificate?.cert ?? "";
    let session = this.#sessions.get(name);
    if (!session) {
      session = this.#dialer.http2(this.#target, this.#facts(certificate)).then((opened) => {
        const forget = () => void this.#sessions.delete(name);
        opened.on("error", forget).on("goaway", forget).on("close", forget);
        return opened;
      });
      session.catch(() => this.#sessions.delete(name));
      this.#sessions.set(name, session);
    }
    return session;
  }
}

/** Node counts what waits to be sent against the connection, also when the answer came first and it never is: so little may wait at a time. */
function writeInPieces(stream: ClientHttp2Stream, body: Buffer): void {
  let at = 0;
  function write(): void {
    while (at < body.length) {
      if (stream.destroyed || stream.closed) return;
      const piece = body.subarray(at, at + PIECE_BYTES);
      at += piece.length;
      if (!stream.write(piece)) return void stream.once("drain", write);
    }
    stream.end();
  }
  write();
}

/** The door: one TLS port that speaks HTTP/2 and HTTP/1.1 and turns every request into an Exchange. */

import type { X509Certificate } from "node:crypto";
import { createServer as createHttp1Server, type IncomingMessage } from "node:http";
import { createServer as createHttp2Server, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { Clock } from "../../machinery/clock.ts";
import type { ConnectionFacts, Exchange } from "./exchange.ts";
import { Http1Exchange } from "./http1-exchange.ts";
import { Http2Exchange } from "./http2-exchange.ts";
import * as limits from "./limits.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0: the system picks one. */
  readonly port: number;
  /** Serving certificate chain and key, PEM. */
  readonly certificate: string;
  readonly key: string;
  /** Weaker: accepts TLS 1.2 beside 1.3. */
  readonly allowTls12?: boolean;
  /** Several processes or threads may share the port. */
  readonly reusePort?: boolean;
  readonly clock: Clock;
  handle(exchange: Exchange): void;
  /** Told of each TLS handshake that failed. */
  onHandshakeError?(): void;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** New connections get this certificate. */
  setCertificate(certificate: string, key: string): void;
  /** Accepts nothing more, lets open requests end for so long, then cuts them. */
  close(graceMs: number): Promise<void>;
}

/** Client certificates are asked for and not judged here: the authenticator verifies them against its own CA, and a bad one is a 401 and not a broken handshake. */
export function listen(options: ListenOptions): Promise<Listener> {
  const { clock, handle } = options;
  const http2 = http2Server();
  const http1 = http1Server(options);
  const sockets = new Set<TLSSocket>();
  const sessions = new Set<ServerHttp2Session>();
  let current: ConnectionFacts | undefined;

  http2.on("session", (session) => {
    const facts = current!; // The session is made while its socket's "secureConnection" is handled, below.
    let open = 0;
    const oneLess = (): void => void open--;
    sessions.add(session);
    session.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
      open++;
      stream.on("close", oneLess);
      handle(new Http2Exchange(stream, headers, raw, facts, clock));
    });
    session.on("close", () => sessions.delete(session)).on("error", () => session.destroy());
    session.setLocalWindowSize(limits.CONNECTION_WINDOW_BYTES);
    session.setTimeout(limits.IDLE_TIMEOUT_MS, () => open > 0 || session.close());
  });

  const tls = createTlsServer({
    cert: options.certificate,
    key: options.key,
    minVersion: options.allowTls12 ? "TLSv1.2" : "TLSv1.3",
    ciphers: CIPHERS,
    ALPNProtocols: ["h2", "http/1.1"],
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: limits.HANDSHAKE_TIMEOUT_MS,
    noDelay: true,
    keepAlive: true, // A client that lost its power would hold its session for ever.
    keepAliveInitialDelay: limits.KEEP_ALIVE_MS,
  });
  tls.maxConnections = limits.MAX_CONNECTIONS;
  tls.on("secureConnection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    const facts = new TlsConnectionFacts(socket);
    if (facts.protocol === "h2") {
      current = facts;
      http2.emit("connection", socket);
      current = undefined;
    } else {
      factsOf.set(socket, facts);
      http1.emit("connection", socket);
    }
  });
  tls.on("tlsClientError", (_error, socket) => {
    options.onHandshakeError?.();
    socket.destroy();
  });
  http1.emit("listening"); // It never listens itself; this starts its check for slow headers.

  return new Promise((resolve, reject) => {
    tls.once("error", reject);
    tls.listen({ host: options.host, port: options.port, reusePort: options.reusePort ?? false }, () => {
      tls.off("error", reject);
      const { address, port } = tls.address() as AddressInfo;
      resolve({
        host: address,
        port,
        setCertificate: (certificate, key) =>
          tls.setSecureContext({ cert: certificate, key, ciphers: CIPHERS, minVersion: options.allowTls12 ? "TLSv1.2" : "TLSv1.3" }),
        close(graceMs) {
          const closed = new Promise<void>((done) => tls.close(() => done()));
          for (const session of sessions) session.close();
          http1.closeIdleConnections();
          const cut = (): void => sockets.forEach((socket) => void socket.destroy());
          const cancel = graceMs > 0 ? clock.after(graceMs, cut) : cut();
          return closed.then(() => {
            cancel?.();
            http1.close();
          });
        },
      });
    });
  });
}

/** AES-128 first, as Kubernetes' own servers and clients have it: on a processor with AES instructions it is a good deal faster. The last four are TLS 1.2's. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
].join(":");

const factsOf = new WeakMap<object, ConnectionFacts>();

function http2Server() {
  return createHttp2Server({
    settings: {
      maxConcurrentStreams: limits.MAX_STREAMS_PER_CONNECTION,
      maxHeaderListSize: limits.MAX_HEADER_BYTES,
      initialWindowSize: limits.STREAM_WINDOW_BYTES,
      enablePush: false,
    },
    maxHeaderListPairs: limits.MAX_HEADER_COUNT,
    streamResetBurst: limits.STREAM_RESET_BURST,
    streamResetRate: limits.STREAM_RESETS_PER_SECOND,
  });
}

function http1Server({ clock, handle }: ListenOptions) {
  const server = createHttp1Server({
    maxHeaderSize: limits.MAX_HEADER_BYTES,
    headersTimeout: limits.HEADERS_TIMEOUT_MS,
    requestTimeout: limits.BODY_TIMEOUT_MS,
    keepAliveTimeout: limits.IDLE_TIMEOUT_MS,
    connectionsCheckingInterval: 1000,
  });
  server.maxHeadersCount = limits.MAX_HEADER_COUNT;
  const facts = (request: IncomingMessage): ConnectionFacts => factsOf.get(request.socket)!;
  server.on("request", (request, response) => handle(new Http1Exchange(request, response, facts(request), clock)));
  server.on("upgrade", (request, socket, head) => handle(new Http1Exchange(request, undefined, facts(request), clock, { socket, head })));
  server.on("clientError", (_error, socket) => void (socket.writable ? socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") : socket.destroy()));
  return server;
}

/** An authority that signed itself ends the chain: it proves nothing. */
function chainOf(leaf: X509Certificate | undefined): readonly Uint8Array[] | undefined {
  const chain: Uint8Array[] = [];
  for (let one = leaf; one && chain.length < limits.MAX_CHAIN_LENGTH; one = one.issuerCertificate) chain.push(one.raw);
  return chain.length > 0 ? chain : undefined;
}

class TlsConnectionFacts implements ConnectionFacts {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly protocol: "h2" | "http/1.1";
  readonly #socket: TLSSocket;
  #certificates: readonly Uint8Array[] | undefined | null = null;
  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress ?? "";
    this.remotePort = socket.remotePort ?? 0;
    this.protocol = socket.alpnProtocol === "h2" ? "h2" : "http/1.1";
  }
  get certificates(): readonly Uint8Array[] | undefined {
    if (this.#certificates === null) this.#certificates = chainOf(this.#socket.getPeerX509Certificate());
    return this.#certificates;
  }
}

/**
 * The one module that opens outgoing connections. Every connection has a purpose, which says what sorts of addresses it may lead to. A name is resolved once,
 * each address is checked, and the connection goes to a checked address, so that no second answer of a name server can lead elsewhere (CVE-2020-8562).
 * Redirects are never followed.
 */

import { lookup } from "node:dns/promises";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import { type Duplex, pipeline, Readable } from "node:stream";
import tls from "node:tls";
import { type AddressClass, addressClassifier, type ClusterRanges } from "./address.ts";
import { PoolAgent, type PoolOptions } from "./pool-agent.ts";

/** What a connection is for, and where that may lead. */
export interface Purpose {
  readonly name: string;
  readonly to: readonly AddressClass[];
}

/** The purposes there are. A caller that needs another adds a line here, so that this list is the whole of what leaves a process. */
export const PURPOSES = {
  /** Components and the command line to the API server, which may be anywhere. */
  apiserver: { name: "apiserver", to: ["loopback", "node", "service", "pod", "private", "public"] },
  /** The API server to a node's agent. */
  kubelet: { name: "kubelet", to: ["node", "private", "public"] },
  /** The API server to a pod or a service's endpoint, asked for by a user. */
  proxy: { name: "proxy", to: ["pod", "service", "node", "private", "public"] },
  /** The API server to whoever extends it: webhooks and aggregated APIs, named by an administrator. */
  extension: { name: "extension", to: ["pod", "service", "node", "private", "public"] },
  /** The same where no nodes are, so that whoever develops an extension runs it beside the API server. */
  localExtension: { name: "extension", to: ["loopback", "pod", "service", "node", "private", "public"] },
  /** The API server to the collector of traces that its administrator names. */
  tracing: { name: "tracing", to: ["loopback", "pod", "service", "node", "private", "public"] },
  /** A node's agent to a container of its own, for probes. */
  probe: { name: "probe", to: ["loopback", "pod", "node", "private", "public"] },
  /** A node's agent to the runtime's streaming server. */
  runtime: { name: "runtime", to: ["loopback"] },
  /** Between processes on one machine. */
  local: { name: "local", to: ["loopback"] },
} as const satisfies Record<string, Purpose>;

/** A connection that the purpose's policy forbids. */
export class ForbiddenAddressError extends Error {
  override name = "ForbiddenAddressError";
}
/** A server that answered with a redirect where none may be followed. */
export class RedirectError extends Error {
  override name = "RedirectError";
}

export interface Target {
  readonly purpose: Purpose;
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** Gives up after so long; 10 s where absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface TlsFacts {
  /** PEM of the authorities that the server's certificate must come from; those that the machine trusts where absent. */
  readonly ca?: string;
  /** The client's own certificate and key. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the server's certificate must be for; the host where absent. */
  readonly serverName?: string;
  /** `h2`, `http/1.1` */
  readonly alpn?: readonly string[];
  /** Replaces the check of the name, for servers that are known by something else. @returns what is wrong, or undefined */
  readonly checkServer?: (certificate: tls.PeerCertificate) => Error | undefined;
  /** Trusts whoever answers: for probes, which ask whether a program lives and tell it nothing. */
  readonly anyCertificate?: true;
}

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A stream is sent as it comes: the headers say its length, or that it is chunked. */
  readonly body?: Uint8Array | string | Readable;
  /** `refuse` (the default) throws a RedirectError for any 3xx but 304; `return` hands the answer back as it is. Neither follows. */
  readonly redirects?: "refuse" | "return";
  readonly signal?: AbortSignal;
}

/** Connections that are kept for the requests to come. */
export interface ConnectionPool {
  /**
   * As the dialer's `request`, on a connection that an earlier request has left, where there is one. Where that turns out to be closed the request is made
   * again on another, unless its body is a stream. `key` says what counts as the same server.
   */
  request(key: string, target: Target, facts: TlsFacts, request: HttpRequest): Promise<http.IncomingMessage>;
  close(): void;
}

export interface Dialer {
  /** Connects to a checked address. @throws ForbiddenAddressError where none of the host's addresses is allowed */
  tcp(target: Target): Promise<net.Socket>;
  /** As `tcp`, then a TLS handshake that verifies the server. */
  tls(target: Target, facts: TlsFacts): Promise<tls.TLSSocket>;
  /** Connects to a socket of this machine. */
  unix(path: string, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<net.Socket>;
  /** One HTTP/1.1 request on a connection of its own. The answer's body is the caller's to read. */
  request(target: Target, facts: TlsFacts | undefined, request: HttpRequest): Promise<http.IncomingMessage>;
  /** @returns a pool of HTTP/1.1 connections over TLS; whoever made it closes it */
  pool(): ConnectionPool;
  /** One HTTP/1.1 request that asks for another protocol. @returns the raw connection after a 101, or the answer that refused */
  upgrade(target: Target, facts: TlsFacts | undefined, request: HttpRequest): Promise<Upgraded>;
  /** An HTTP/2 session; it never follows redirects, its streams answer what the server answered. */
  http2(target: Target, facts: TlsFacts): Promise<http2.ClientHttp2Session>;
}

export type Upgraded =
  | { readonly upgraded: true; readonly socket: Duplex; readonly head: Buffer; readonly response: http.IncomingMessage }
  | { readonly upgraded: false; readonly response: http.IncomingMessage };

export interface DialerOptions {
  readonly ranges?: ClusterRanges;
  /** Resolves a name to addresses. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const TIMEOUT_MS = 10_000;
/** A peer that lost its power says nothing: the kernel asks after so long a silence. */
const KEEP_ALIVE_MS = 30_000;

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map((answer) => answer.address);
}

/** Waits for a socket's event; an error, the timeout or the signal destroys it and throws. */
function ready<T extends net.Socket>(socket: T, event: string, what: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off(event, onReady).off("error", end).off("close", onClose);
      if (!error) return resolve(socket);
      socket.on("error", () => {}); // What follows the first error is nobody's business.
      socket.destroy();
      reject(error);
    };
    const onReady = () => end();
    const onClose = () => end(new Error(`Cannot connect to ${what}: the connection was closed`));
    const onAbort = () => end(signal?.reason instanceof Error ? signal.reason : new Error(`Cannot connect to ${what}: given up`));
    const timer = setTimeout(() => end(new Error(`Cannot connect to ${what}: no answer within ${timeoutMs} ms`)), timeoutMs);
    socket.once(event, onReady).once("error", end).once("close", onClose);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}

function hostOf({ host, port }: Target): string {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Makes a dialer; one a process, with the ranges of its cluster. */
export function createDialer(options: DialerOptions = {}): Dialer {
  const classOf = addressClassifier(options.ranges);
  const resolve = options.resolve ?? systemResolve;

  async function checkedAddresses(target: Target): Promise<readonly string[]> {
    const addresses = net.isIP(target.host) ? [target.host] : await resolve(target.host);
    const allowed = addresses.filter((address) => target.purpose.to.includes(classOf(address)));
    if (allowed.length > 0) return allowed;
    const seen = addresses.map((address) => `${address} (${classOf(address)})`).join(", ") || "no address";
    throw new ForbiddenAddressError(`Cannot connect to ${target.host} for ${target.purpose.name}: ${seen} is not among ${target.purpose.to.join(", ")}`);
  }

  async function tcp(target: Target): Promise<net.Socket> {
    let failure: unknown;
    for (const address of await checkedAddresses(target)) {
      const socket = net.connect({ host: address, port: target.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
      try {
        return await ready(socket, "connect", `${target.host}:${target.port}`, target.timeoutMs ?? TIMEOUT_MS, target.signal);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async function secure(target: Target, facts: TlsFacts): Promise<tls.TLSSocket> {
    const socket = await tcp(target);
    const name = facts.serverName ?? target.host;
    const check = facts.checkServer;
    const secured = tls.connect({
      socket,
      ...(facts.ca !== undefined && { ca: facts.ca }),
      minVersion: "TLSv1.2",
      host: name, // What the certificate is checked against; the connection itself is there already.
      ...(facts.cert !== undefined && { cert: facts.cert, key: facts.key }),
      ...(net.isIP(name) ? {} : { servername: name }),
      ...(facts.alpn && { ALPNProtocols: [...facts.alpn] }),
      ...(facts.anyCertificate && { rejectUnauthorized: false }),
      ...(check && { checkServerIdentity: (_: string, certificate: tls.PeerCertificate) => check(certificate) }),
    });
    return ready(secured, "secureConnect", `${target.host}:${target.port}`, target.timeoutMs ?? TIMEOUT_MS, target.signal);
  }

  const open = (target: Target, facts: TlsFacts | undefined): Promise<net.Socket> => (facts ? secure(target, facts) : tcp(target));

  async function send(target: Target, facts: TlsFacts | undefined, request: HttpRequest): Promise<http.ClientRequest> {
    const socket = await open(target, facts);
    const sent = (facts ? https : http).request({
      createConnection: () => socket,
      method: request.method,
      path: request.path,
      headers: { host: hostOf(target), ...request.headers },
      setDefaultHeaders: false,
      ...(request.signal && { signal: request.signal }),
    });
    if (request.body !== undefined && !(request.body instanceof Readable) && sent.getHeader("content-length") === undefined)
      sent.setHeader("content-length", Buffer.byteLength(request.body));
    return sent;
  }

  function answered(sent: http.ClientRequest, body: HttpRequest["body"]): Promise<http.IncomingMessage> {
    return new Promise((done, fail) => {
      sent.once("response", done).once("error", fail);
      if (body instanceof Readable) pipeline(body, sent, (error) => error && fail(error));
      else sent.end(body);
    });
  }

  function pool(): ConnectionPool {
    const agent = new PoolAgent();
    async function once(key: string, target: Target, facts: TlsFacts, request: HttpRequest): Promise<http.IncomingMessage> {
      const { body } = request;
      const streamed = body instanceof Readable;
      const options: PoolOptions = {
        agent,
        poolKey: key,
        open: () => secure(target, facts),
        method: request.method,
        path: request.path,
        headers: { host: hostOf(target), ...(body !== undefined && !streamed && { "content-length": String(Buffer.byteLength(body)) }), ...request.headers },
        setDefaultHeaders: false,
        ...(request.signal && { signal: request.signal }),
      };
      const sent = http.request(options);
      try {
        return await answered(sent, body);
      } catch (error) {
        // The server closed it while nobody looked (RFC 9112, 9.3.1): nothing was lost but the connection.
        if (sent.reusedSocket && !streamed && (error as NodeJS.ErrnoException).code === "ECONNRESET" && !request.signal?.aborted)
          return once(key, target, facts, request);
        throw error;
      }
    }
    return {
      async request(key, target, facts, request) {
        const response = await once(key, target, facts, request);
        checkRedirect(response, request, target);
        return response;
      },
      close: () => agent.destroy(),
    };
  }

  function checkRedirect(response: http.IncomingMessage, request: HttpRequest, target: Target): void {
    const code = response.statusCode ?? 0;
    if (request.redirects === "return" || code < 300 || code > 399 || code === 304) return;
    response.destroy();
    throw new RedirectError(`${target.host}:${target.port} answered ${code} to ${request.method}: redirects are not followed`);
  }

  return {
    tcp,
    tls: secure,
    pool,
    unix: (path, { timeoutMs = TIMEOUT_MS, signal } = {}) => ready(net.connect({ path }), "connect", path, timeoutMs, signal),
    async request(target, facts, request) {
      const sent = await send(target, facts, request);
      const response = await answered(sent, request.body);
      checkRedirect(response, request, target);
      return response;
    },
    async upgrade(target, facts, request) {
      const sent = await send(target, facts, request);
      const answer = await new Promise<Upgraded>((done, fail) => {
        sent
          .once("upgrade", (response, socket, head) => done({ upgraded: true, socket, head, response }))
          .once("response", (response) => done({ upgraded: false, response }))
          .once("error", fail)
          .end();
      });
      if (!answer.upgraded) checkRedirect(answer.response, request, target);
      return answer;
    },
    async http2(target, facts) {
      const socket = await secure(target, { ...facts, alpn: ["h2"] });
      if (socket.alpnProtocol !== "h2") {
        socket.destroy();
        throw new Error(`${target.host}:${target.port} does not speak HTTP/2`);
      }
      return http2.connect(`https://${hostOf(target)}`, { createConnection: () => socket });
    },
  };
}

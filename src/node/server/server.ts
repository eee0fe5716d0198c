/** The node's own API over TLS: for the API server alone, which shows a certificate of its own. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Certified } from "../registration/certificate-request.ts";
import { routes, streamRoutes } from "./index.ts";
import { matchPath, type NodeApi, NodeApiError, type RouteCall } from "./node-api.ts";

export interface NodeServerOptions {
  readonly api: NodeApi;
  readonly certified: Certified;
  /** PEM of the authorities that the API server's certificate comes from. */
  readonly clientCa: string;
  /** Common names that may call. */
  readonly callers: ReadonlySet<string>;
  readonly address: string;
  readonly port: number;
}

export interface NodeServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Takes effect for new connections. */
  use(certified: Certified): void;
  close(): Promise<void>;
}

/** @throws Error where the address is taken */
export async function startNodeServer({ api, certified, clientCa, callers, address, port }: NodeServerOptions): Promise<NodeServer> {
  const tls = ({ cert, key }: Certified) => ({ cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2" as const });
  const server: Server = createServer(tls(certified));
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => void answer(api, callers, request, response));
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => void upgrade(api, callers, request, socket, head));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound ? bound.port : port,
    use: (next) => server.setSecureContext(tls(next)),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function mayCall(callers: ReadonlySet<string>, socket: unknown): boolean {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return false;
  const name = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" && callers.has(name);
}

function callOf(request: IncomingMessage, path: Record<string, string>, url: URL, closed: AbortSignal): RouteCall {
  return { path, query: url.searchParams, request, signal: closed };
}

async function answer(api: NodeApi, callers: ReadonlySet<string>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    if (!mayCall(callers, request.socket)) throw new NodeApiError(403, "Forbidden");
    const url = new URL(request.url ?? "/", "https://node");
    for (const route of routes) {
      const path = matchPath(route.pattern, url.pathname);
      if (!path) continue;
      if (route.method !== request.method) throw new NodeApiError(405, "Method Not Allowed");
      await route.answer(api, callOf(request, path, url, gone.signal), response);
      return;
    }
    throw new NodeApiError(404, "404 page not found");
  } catch (error) {
    if (gone.signal.aborted) return;
    if (response.headersSent) return void response.destroy();
    if (!(error instanceof NodeApiError))
      api.context.log.error("a call to the node's API failed", { path: request.url?.split("?")[0], error: (error as Error).message });
    const [code, text] = error instanceof NodeApiError ? [error.code, error.message] : [500, (error as Error).message];
    response.writeHead(code, { "content-type": "text/plain; charset=utf-8" }).end(text);
  }
}

async function upgrade(api: NodeApi, callers: ReadonlySet<string>, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  socket.on("error", () => socket.destroy());
  const refuse = (code: number, text: string) =>
    void socket.end(
      `HTTP/1.1 ${code} Refused\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
    );
  try {
    if (!mayCall(callers, request.socket)) return refuse(403, "Forbidden");
    const url = new URL(request.url ?? "/", "https://node");
    for (const route of streamRoutes) {
      const path = matchPath(route.pattern, url.pathname);
      if (path) return await route.upgrade(api, callOf(request, path, url, gone.signal), socket, head);
    }
    refuse(404, "404 page not found");
  } catch (error) {
    if (!gone.signal.aborted) refuse(error instanceof NodeApiError ? error.code : 500, (error as Error).message);
  }
}

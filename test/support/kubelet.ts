/** A kubelet for tests: TLS with client certificates, SPDY at its exec and port-forward, and misbehaviour to order. It runs no pods. */

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TestContext } from "node:test";
import type { TLSSocket } from "node:tls";
import type { Outgoing } from "../../src/apiserver/outgoing.ts";
import { type Authority, newAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";
import { createDialer, type Dialer, PURPOSES, type Target } from "../../src/machinery/dialer.ts";
import { SpdyConnection, type SpdyStream } from "../../src/machinery/streams/spdy-connection.ts";

const HOUR_MS = 3_600_000;
const SUCCESS = JSON.stringify({ metadata: {}, status: "Success" });

export interface FakeKubelet {
  readonly port: number;
  /** Method, path and query of each request, and who sent it. */
  readonly requests: string[];
  /** The connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** What came on connections after an upgrade was refused. */
  readonly afterRefusal: Buffer[];
  /** Answers the next requests otherwise. */
  misbehave: ((request: IncomingMessage, response: ServerResponse | Duplex) => void) | undefined;
  /** What the API server needs to reach it. */
  readonly outgoing: Outgoing;
}

/** Loopback is no place for a kubelet: in tests alone the dialer may go there. */
function toLoopback(dialer: Dialer): Dialer {
  const local = (target: Target): Target => ({ ...target, purpose: PURPOSES.local });
  return {
    ...dialer,
    request: (target, facts, request) => dialer.request(local(target), facts, request),
    upgrade: (target, facts, request) => dialer.upgrade(local(target), facts, request),
  };
}

/** @param nodeName whose certificate it shows */
export async function startKubelet(t: TestContext, nodeName: string): Promise<FakeKubelet> {
  const now = Date.now();
  const authority: Authority = newAuthority({ commonName: "nodes", lifetimeMs: HOUR_MS, now });
  const life = { lifetimeMs: HOUR_MS, now };
  const serving = newIdentity(authority, {
    subject: { commonName: `system:node:${nodeName}`, organizations: ["system:nodes"] },
    names: { ips: ["127.0.0.1"] },
    usages: ["digital signature", "server auth"],
    ...life,
  });
  const client = newIdentity(authority, { subject: { commonName: "kube-apiserver-kubelet-client" }, usages: ["digital signature", "client auth"], ...life });
  const server = createServer({ cert: serving.cert, key: serving.key, ca: authority.cert, requestCert: true, rejectUnauthorized: true });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const kubelet = { requests: [] as string[], afterRefusal: [] as Buffer[], misbehave: undefined as FakeKubelet["misbehave"] };
  const note = (request: IncomingMessage): void => {
    const who = (request.socket as TLSSocket).getPeerCertificate().subject.CN;
    kubelet.requests.push(`${request.method} ${request.url} ${who}`);
  };
  server.on("request", (request, response) => {
    note(request);
    if (kubelet.misbehave) return kubelet.misbehave(request, response);
    if (request.url?.startsWith("/containerLogs/")) return void response.end("line 1\nline 2\n");
    response.writeHead(404).end("404 page not found");
  });
  server.on("upgrade", (request, socket, head) => {
    note(request);
    socket.on("error", () => socket.destroy());
    if (kubelet.misbehave) {
      kubelet.misbehave(request, socket);
      socket.on("data", (chunk: Buffer) => kubelet.afterRefusal.push(chunk));
      return;
    }
    const protocol = request.headersDistinct["x-stream-protocol-version"]?.[0] ?? "";
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
    const url = new URL(request.url ?? "/", "https://node");
    if (url.pathname.startsWith("/portForward/")) forward(socket, head);
    else run(socket, head, url.searchParams);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const credential = { certificate: client.cert, key: client.key, servingCa: authority.cert };
  const outgoing: Outgoing = { dialer: toLoopback(createDialer()), extensions: PURPOSES.localExtension, kubelet: credential };
  return Object.assign(kubelet, { port, outgoing, sockets });
}

/** `echo WORDS`, `cat`, `wait` (for ever), `fail CODE`, `flood BYTES`, once all streams that were asked for are there. */
function run(socket: Duplex, head: Buffer, query: URLSearchParams): void {
  const asked = ["error", ...["input", "output"].filter((name) => query.has(name)), ...(query.has("error") ? ["stderr"] : [])];
  const streams = new Map<string, SpdyStream["stream"]>();
  const connection = new SpdyConnection({
    socket,
    head,
    side: "server",
    onStream({ headers, stream }) {
      streams.set(headers.get("streamtype") ?? "", stream);
      if (streams.size === asked.length) void work().then(end);
    },
  });
  async function work(): Promise<string> {
    const [program, word = "", ...words] = query.getAll("command");
    const [stdin, stdout] = [streams.get("stdin"), streams.get("stdout")];
    if (program === "wait") await new Promise(() => {});
    if (program === "echo") stdout?.write(`${[word, ...words].join(" ")}\n`);
    if (program === "cat") for await (const chunk of stdin ?? []) if (!stdout?.write(chunk)) await once(stdout!, "drain");
    if (program === "flood")
      for (let left = Number(word); left > 0; left -= 1000) if (!stdout?.write(Buffer.alloc(Math.min(left, 1000)))) await once(stdout!, "drain");
    if (program !== "fail") return SUCCESS;
    const details = { causes: [{ reason: "ExitCode", message: word }] };
    return JSON.stringify({
      metadata: {},
      status: "Failure",
      message: `command terminated with non-zero exit code: ${word}`,
      reason: "NonZeroExitCode",
      details,
    });
  }
  function end(status: string): void {
    streams.get("error")?.end(status);
    for (const name of ["stdout", "stderr"]) streams.get(name)?.end();
    setTimeout(() => connection.close(), 20);
  }
}

/** Answers each connection with what came, in capitals; port 9 refuses. */
function forward(socket: Duplex, head: Buffer): void {
  const errors = new Map<string, SpdyStream["stream"]>();
  new SpdyConnection({
    socket,
    head,
    side: "server",
    onStream({ headers, stream }) {
      const id = headers.get("requestid") ?? "";
      if (headers.get("streamtype") === "error") {
        errors.set(id, stream);
        return;
      }
      if (headers.get("port") === "9") {
        errors.get(id)?.end("connection refused");
        stream.end();
      } else {
        stream.on("data", (chunk: Buffer) => stream.write(chunk.toString().toUpperCase()));
        stream.on("end", () => {
          stream.end();
          errors.get(id)?.end();
        });
      }
    },
  });
}

/** An extension API server on loopback, as small as one can be: it believes who asks only from those who show the front proxies' certificate, and keeps what it was asked. */

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { newAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";

export interface ExtensionServer extends AsyncDisposable {
  readonly port: number;
  /** Base64 of the PEM of who signed its certificate. */
  readonly caBundle: string;
  /** Method, target and user of each request that is no look at its health or documents. */
  readonly asked: string[];
  /** The identity headers of the last of these. */
  readonly identity: Record<string, readonly string[]>;
  /** The trace that the last of these belongs to. */
  traceparent: string | undefined;
  /** Answers 500 to everything from now on. */
  broken: boolean;
}

const HOUR_MS = 3_600_000;
const GROUP = "wardle.example.com";
const BASE = `/apis/${GROUP}/v1`;

/** @param frontProxyCa PEM of the authority of front proxies @param name `NAME.NAMESPACE.svc` */
export async function extensionServer(frontProxyCa: string, name: string): Promise<ExtensionServer> {
  const now = Date.now();
  const authority = newAuthority({ commonName: "extensions", lifetimeMs: HOUR_MS, now });
  const subject = { commonName: "extension" };
  const { cert, key } = newIdentity(authority, { subject, names: { dns: [name] }, usages: ["digital signature", "server auth"], lifetimeMs: HOUR_MS, now });
  const asked: string[] = [];
  const identity: Record<string, readonly string[]> = {};
  const sockets = new Set<TLSSocket>();
  const self: Pick<ExtensionServer, "broken" | "traceparent"> = { broken: false, traceparent: undefined };
  const server = createServer({ cert, key, ca: frontProxyCa, requestCert: true, rejectUnauthorized: true });
  server.on("secureConnection", (socket: TLSSocket) => sockets.add(socket.on("close", () => sockets.delete(socket))));
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if ((request.socket as TLSSocket).getPeerCertificate().subject.CN !== "front-proxy-client") return void response.writeHead(401).end();
    if (self.broken) return void response.writeHead(500).end();
    const document = DOCUMENTS[request.url ?? ""];
    if (document) return void response.writeHead(200, { "content-type": document.type ?? "application/json" }).end(JSON.stringify(document.body));
    note(request);
    void answer(request, response);
  });
  server.on("upgrade", (request, socket) => {
    note(request);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    socket.on("error", () => {}).pipe(socket);
  });
  function note(request: IncomingMessage): void {
    if (request.headers["x-remote-user"] === "system:kube-aggregator") return; // It looks for documents that aren't there.
    asked.push(`${request.method} ${request.url} ${request.headers["x-remote-user"]}`);
    self.traceparent = request.headers.traceparent as string | undefined;
    for (const header of Object.keys(identity)) delete identity[header];
    for (const [header, values] of Object.entries(request.headersDistinct))
      if (/^(x-remote-|authorization|impersonate-)/.test(header)) identity[header] = values ?? [];
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const made = {
    port: (server.address() as AddressInfo).port,
    caBundle: Buffer.from(authority.cert).toString("base64"),
    asked,
    identity,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return Object.assign(self, made);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? "";
  const body = Buffer.concat(await request.toArray()).toString();
  response.setHeader("content-type", "application/json");
  if (url.includes("watch=true")) {
    response.write(`${JSON.stringify({ type: "ADDED", object: FLUNDER })}\n`);
    setTimeout(() => response.end(`${JSON.stringify({ type: "DELETED", object: FLUNDER })}\n`), 50);
  } else if (url.endsWith("/away")) response.writeHead(307, { location: "https://127.0.0.1:1/" }).end();
  else if (request.method === "POST") response.writeHead(201).end(body);
  else if (request.method === "GET" && url.endsWith("/flunders/f")) response.end(JSON.stringify(FLUNDER));
  else response.writeHead(404).end(JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 }));
}

const FLUNDER = { kind: "Flunder", apiVersion: `${GROUP}/v1`, metadata: { name: "f", namespace: "default" } };
const VERBS = ["create", "get", "watch"];
const SCHEMA = { type: "object", description: "A fish.", "x-kubernetes-group-version-kind": [{ group: GROUP, version: "v1", kind: "Flunder" }] };
const LIST = `${BASE}/namespaces/{namespace}/flunders`;

/** What it says of itself; its discovery only in the plain form. */
const DOCUMENTS: Record<string, { readonly body: object; readonly type?: string }> = {
  [BASE]: {
    body: {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: `${GROUP}/v1`,
      resources: [
        { name: "flunders", singularName: "flunder", namespaced: true, kind: "Flunder", verbs: VERBS, shortNames: ["fl"] },
        { name: "flunders/status", singularName: "", namespaced: true, kind: "Flunder", verbs: ["get"] },
      ],
    },
  },
  "/openapi/v3": { body: { paths: { [BASE.slice(1)]: { serverRelativeURL: `/openapi/v3${BASE}?hash=A` } } } },
  [`/openapi/v3${BASE}?hash=A`]: {
    body: { openapi: "3.0.0", info: { title: "wardle", version: "1" }, paths: {}, components: { schemas: { "com.example.Flunder": SCHEMA } } },
  },
  "/openapi/v2": {
    body: {
      swagger: "2.0",
      paths: { [LIST]: { get: { responses: { 200: { schema: { $ref: "#/definitions/com.example.Flunder" } } } } }, "/apis/other.example.com/v1/": {} },
      definitions: { "com.example.Flunder": SCHEMA, "com.example.Other": {} },
    },
  },
};

/** The two servers that the run asks: requests go out as they stand, and answers come back whole. */

import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { parse } from "yaml";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly type?: string | undefined;
  readonly accept?: string | undefined;
  readonly body?: string | Buffer | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Answered {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly warnings: readonly string[];
  readonly bytes: Buffer;
}

export interface Server {
  ask(asked: Asked): Promise<Answered>;
  close(): void;
}

const PATIENCE_MS = 40_000;

/** @param kubeconfig its text; with a client certificate */
export function serverOf(kubeconfig: string): Server {
  const config = parse(kubeconfig);
  const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
  const { "client-certificate-data": cert, "client-key-data": key } = config.users[0].user;
  const { hostname, port } = new URL(server);
  const decoded = (text: string): Buffer => Buffer.from(text, "base64");
  const agent = new Agent({ ca: decoded(ca), cert: decoded(cert), key: decoded(key), keepAlive: true });
  const send = ({ method, path, type, accept = "application/json", body, headers }: Asked): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const all = {
        "user-agent": "differ",
        ...(accept !== "" && { accept }),
        ...(type && { "content-type": type }),
        ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
        ...headers,
      };
      const sent = request({ hostname, port, agent, method, path, headers: all, timeout: PATIENCE_MS }, (answer) => {
        const parts: Buffer[] = [];
        const warnings = answer.rawHeaders.filter((_, i, list) => i % 2 === 1 && list[i - 1]!.toLowerCase() === "warning");
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => resolve({ code: answer.statusCode ?? 0, headers: answer.headers, warnings, bytes: Buffer.concat(parts) }));
      });
      sent.on("error", reject);
      sent.on("timeout", () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
      sent.end(body);
    });
  /** A connection that was kept may have been closed in the meantime; one that is closed again is the answer. */
  const ask = (asked: Asked): Promise<Answered> => send(asked).catch(() => send(asked).catch(hungUp));
  return { ask, close: () => agent.destroy() };
}

export const serverOfFile = (file: string): Server => serverOf(readFileSync(file, "utf8"));

function hungUp(error: Error): Answered {
  return { code: 0, headers: {}, warnings: [], bytes: Buffer.from(String(error)) };
}

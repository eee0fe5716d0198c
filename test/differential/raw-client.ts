/** Asks a server as a kubeconfig's user, byte for byte: what comes back isn't read. */

import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { parse } from "yaml";

export interface RawAnswer {
  readonly code: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For answers that go on: what came in so long is the answer. */
  readonly forMs?: number;
}

export interface RawClient {
  send(asked: RawRequest): Promise<RawAnswer>;
  close(): void;
}

/** @param file a kubeconfig with one cluster and one user, who has a client certificate in it */
export function rawClient(file: string): RawClient {
  const config = parse(readFileSync(file, "utf8"));
  const server = new URL(config.clusters[0].cluster.server);
  const decoded = (text: string): Buffer => Buffer.from(text, "base64");
  const agent = new Agent({
    ca: decoded(config.clusters[0].cluster["certificate-authority-data"]),
    cert: decoded(config.users[0].user["client-certificate-data"]),
    key: decoded(config.users[0].user["client-key-data"]),
    keepAlive: true,
  });
  const send = ({ method = "GET", path, headers = {}, body, forMs }: RawRequest): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
      const all = { "user-agent": "differ", ...headers, ...length };
      const sent = request({ host: server.hostname, port: server.port, agent, method, path, headers: all }, (answer) => {
        const parts: Buffer[] = [];
        const end = (): void => resolve({ code: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) });
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", end);
        if (forMs === undefined) return;
        setTimeout(() => {
          end();
          answer.destroy();
        }, forMs);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  return { send, close: () => agent.destroy() };
}

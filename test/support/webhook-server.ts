/** A webhook on loopback, over TLS: it answers each review with what the test makes of it, and remembers what it was asked. */

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { newAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";

export interface WebhookServer extends AsyncDisposable {
  readonly port: number;
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** Base64 of the PEM of who signed its certificate. */
  readonly caBundle: string;
  /** Connections that were opened to it. */
  readonly connections: number;
  /** Path and query of each request, in turn. */
  readonly asked: string[];
}

/** @param answer what a request's path and body are answered with: an object as JSON, or whatever it writes itself */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever they are asked
export type Answer = (body: any, request: IncomingMessage, response: ServerResponse) => object | undefined | Promise<object | undefined>;

const HOUR_MS = 3_600_000;

/** @param names the services that it is, as `NAME.NAMESPACE.svc` */
export async function webhookServer(answer: Answer, names: readonly string[] = []): Promise<WebhookServer> {
  const now = Date.now();
  const authority = newAuthority({ commonName: "webhooks", lifetimeMs: HOUR_MS, now });
  const { cert, key } = newIdentity(authority, {
    subject: { commonName: "webhook" },
    names: { dns: ["localhost", ...names], ips: ["127.0.0.1"] },
    usages: ["digital signature", "server auth"],
    lifetimeMs: HOUR_MS,
    now,
  });
  const asked: string[] = [];
  let connections = 0;
  const server = createServer({ cert, key }, async (request, response) => {
    asked.push(request.url ?? "");
    const text = Buffer.concat(await request.toArray()).toString();
    const made = await answer(text === "" ? undefined : JSON.parse(text), request, response);
    if (made !== undefined) response.setHeader("content-type", "application/json").end(JSON.stringify(made));
  });
  server.on("secureConnection", () => connections++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    caBundle: Buffer.from(authority.cert).toString("base64"),
    asked,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The way to an extension server: an endpoint of its service, over TLS that proves the service's name, with the certificate that it knows this server by. */

import type { IncomingMessage } from "node:http";
import type { Dialer, HttpRequest, Target, TlsFacts } from "../../machinery/dialer.ts";
import type { Random } from "../../machinery/random.ts";
import type { Reader } from "../../security/reader.ts";
import type { User } from "../../security/user.ts";
import { placeOfService } from "../extensions/service-place.ts";
import type { Outgoing } from "../outgoing.ts";
import { identityHeaders } from "./identity-headers.ts";
import type { RemoteApi } from "./remote-apis.ts";

/** Who the server itself is to an extension server. */
export const AGGREGATOR: User = { name: "system:kube-aggregator", groups: ["system:masters"], extra: Object.create(null), via: "loopback" };

export interface Way {
  readonly target: Target;
  readonly facts: TlsFacts;
  /** What counts as the same server. */
  readonly key: string;
}

export interface Connection {
  readonly dialer: Dialer;
  /** Chooses an endpoint. @throws NoPlaceError */
  wayTo(api: RemoteApi): Way;
  /** On a kept connection. */
  send(way: Way, request: HttpRequest): Promise<IncomingMessage>;
  /** Gets a document as the server itself, whole. */
  get(api: RemoteApi, path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answered>;
  close(): void;
}

export interface Answered {
  readonly code: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** `https://10.0.0.1:443` */
  readonly origin: string;
}

const DOCUMENT_BYTES_MAX = 32 << 20;

export interface ConnectionOptions {
  readonly outgoing: Outgoing;
  readonly reader: Reader;
  readonly random: Random;
}

export function connection({ outgoing, reader, random }: ConnectionOptions): Connection {
  const { dialer, extensions, frontProxy } = outgoing;
  const pool = dialer.pool();
  const identity = frontProxy && { cert: frontProxy.certificate, key: frontProxy.key };

  function wayTo({ service, object }: RemoteApi): Way {
    const place = placeOfService({ reader, random }, service.namespace, service.name, service.port);
    const serverName = `${service.name}.${service.namespace}.svc`;
    const { caBundle, insecureSkipTLSVerify: insecure } = object.spec;
    const ca = caBundle ? Buffer.from(caBundle, "base64").toString() : undefined;
    const facts: TlsFacts = { serverName, alpn: ["http/1.1"], ...identity, ...(ca !== undefined && { ca }), ...(insecure && { anyCertificate: true }) };
    return { target: { purpose: extensions, ...place }, facts, key: JSON.stringify([place.host, place.port, serverName, ca, insecure]) };
  }

  return {
    dialer,
    wayTo,
    send: ({ key, target, facts }, request) => pool.request(key, target, facts, request),
    async get(api, path, headers, signal) {
      const way = wayTo(api);
      const request = { method: "GET", path, headers: { ...headers, ...identityHeaders(AGGREGATOR) }, redirects: "return", signal } as const;
      const response = await pool.request(way.key, way.target, way.facts, request);
      const { host, port } = way.target;
      return { code: response.statusCode ?? 0, headers: response.headers, body: await whole(response), origin: `https://${host}:${port}` };
    },
    close: () => pool.close(),
  };
}

async function whole(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > DOCUMENT_BYTES_MAX) {
      response.destroy();
      throw new Error(`Cannot read an extension's document: it is larger than ${DOCUMENT_BYTES_MAX} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size);
}

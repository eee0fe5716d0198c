/** Raw HTTPS requests, for tests that must send what no client library would. */

import { once } from "node:events";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import type { Identity } from "../../src/machinery/certificates/issue.ts";

export interface Raw {
  readonly url: string;
  readonly ca: string;
  /** Nobody, where absent. */
  readonly identity?: Identity;
}

export interface RawAnswer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  json(): any;
}

/** @param path goes out as it stands */
export async function send(
  { url, ca, identity }: Raw,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body?: string | Uint8Array,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, ca, ...(identity && { cert: identity.cert, key: identity.key }), method, path, headers, agent: false });
  sent.end(body);
  const [response] = await once(sent, "response");
  const bytes = Buffer.concat(await response.toArray());
  const text = bytes.toString();
  return { code: response.statusCode, headers: response.headers, bytes, text, json: () => JSON.parse(text) };
}

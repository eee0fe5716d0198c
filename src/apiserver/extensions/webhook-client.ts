/** Asks webhooks, over connections that are kept: at a URL, or at an endpoint of a service, which is chosen anew for each call. [k8s.io/apiserver, pkg/util/webhook/client.go] */

import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { Clock } from "../../machinery/clock.ts";
import type { ConnectionPool, Dialer, Purpose, Target, TlsFacts } from "../../machinery/dialer.ts";
import type { Random } from "../../machinery/random.ts";
import { type WebhookAddress, type WebhookCall, type WebhookClient, WebhookError } from "../../machinery/webhook.ts";
import type { Reader } from "../../security/reader.ts";
import type { CallNote } from "../metrics/calls.ts";
import { answeredError, dialError } from "./call-errors.ts";
import { placeOfService } from "./service-place.ts";

export interface WebhookClientOptions {
  readonly dialer: Dialer;
  readonly purpose: Purpose;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each call. */
  readonly note?: CallNote;
}

const PORT = 443;
/** A call whose caller sets no limit. */
const TIMEOUT_MS = 30_000;
const ANSWER_BYTES_MAX = 32 << 20;
const HEADERS = { accept: "application/json, */*", "content-type": "application/json", "user-agent": "kube-apiserver-admission" };

/** Where a call goes, before a service's endpoint is chosen. */
interface Way {
  /** As it stands in messages, and in the `Host` header. */
  readonly host: string;
  readonly path: string;
  readonly serverName: string;
  place(): { readonly host: string; readonly port: number };
}

/** @returns the client and what closes its connections */
export function webhookClient(options: WebhookClientOptions): WebhookClient & { close(): void } {
  const { dialer, purpose, clock } = options;
  const pool: ConnectionPool = dialer.pool();

  async function post(where: WebhookAddress, body: string | Uint8Array, { timeoutMs, signal, traced }: WebhookCall = {}): Promise<Buffer> {
    const way = wayOf(options, where);
    const ca = authorities(where.caBundle);
    const limit = timeoutMs ?? TIMEOUT_MS;
    const path = timeoutMs === undefined ? way.path : `${way.path}?timeout=${Math.ceil(timeoutMs / 1000)}s`;
    const over = new AbortController();
    const giveUp = (why: string) => over.abort(new WebhookError(why));
    const cancelTimer = clock.after(limit, () => giveUp("context deadline exceeded"));
    const onGone = () => giveUp("context canceled");
    signal?.addEventListener("abort", onGone, { once: true });
    if (signal?.aborted) onGone();
    let code = 0;
    const began = performance.now();
    try {
      const place = way.place();
      const target: Target = { purpose, ...place, timeoutMs: limit, signal: over.signal };
      const facts: TlsFacts = { serverName: way.serverName, alpn: ["http/1.1"], ...(ca !== undefined && { ca }) };
      const key = JSON.stringify([place.host, place.port, way.serverName, ca]);
      const request = {
        method: "POST",
        path,
        headers: { ...HEADERS, host: way.host, ...(traced && { traceparent: traced.traceparent }) },
        body,
        signal: over.signal,
      };
      const response = await pool.request(key, target, facts, request);
      code = response.statusCode ?? 0;
      const answer = await wholeBody(response);
      if (code < 200 || code > 206) throw answeredError(code, answer);
      return answer;
    } catch (error) {
      const cause = over.signal.aborted ? over.signal.reason : error;
      if (cause instanceof WebhookError && cause.code !== 0) throw cause;
      throw new WebhookError(`Post ${JSON.stringify(`https://${way.host}${path}`)}: ${dialError(cause)}`, 0, { cause });
    } finally {
      traced?.end(code);
      options.note?.(way.host, "POST", code, (performance.now() - began) / 1000);
      cancelTimer();
      signal?.removeEventListener("abort", onGone);
    }
  }

  return { post, close: () => pool.close() };
}

function wayOf(options: WebhookClientOptions, { url, service }: WebhookAddress): Way {
  if (service) {
    const { namespace, name, path = "", port = PORT } = service;
    const serverName = `${name}.${namespace}.svc`;
    return { host: `${serverName}:${port}`, path: rooted(path), serverName, place: () => placeOfService(options, namespace, name, port) };
  }
  if (!url) throw new WebhookError("webhook configuration must have either service or URL");
  if (!URL.canParse(url)) throw new WebhookError(`Unparsable URL: ${url}`);
  const { hostname, port, pathname, host } = new URL(url);
  const bare = hostname.replace(/^\[|\]$/g, "");
  return { host, path: rooted(pathname), serverName: bare, place: () => ({ host: bare, port: Number(port) || PORT }) };
}

function rooted(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

/** @throws WebhookError for a bundle that holds no certificate */
function authorities(bundle: string | undefined): string | undefined {
  const pem = bundle ? Buffer.from(bundle, "base64").toString() : "";
  if (pem === "") return undefined;
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
  throw new WebhookError("unable to load root certificates: unable to parse bytes as PEM block");
}

async function wholeBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > ANSWER_BYTES_MAX) {
      response.destroy();
      throw new WebhookError(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size);
}

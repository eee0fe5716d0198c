/** An HTTP GET to a container: of a probe or a lifecycle hook. */

import type { Container, HTTPGetAction } from "../../api/tables/core-v1.ts";
import { type Dialer, PURPOSES } from "../../machinery/dialer.ts";
import type { ProbeResult } from "./probe-result.ts";

const BODY_MAX_BYTES = 10 * 1024;
const REDIRECTS_MAX = 10;
const USER_AGENT = "kube-probe/1.37";

/** A port by number, or by the name that the container gives it. @throws Error where it names none */
export function portOf(container: Container, port: string | number | undefined): number {
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65536) return number;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (named === undefined) throw new Error(`unable to find port ${port} in container ${container.name}`);
  return named;
}

export interface GetFacts {
  readonly action: HTTPGetAction;
  readonly container: Container;
  readonly podIp: string;
  readonly timeoutMs: number;
}

/** Follows redirects on the same host only; one that leads elsewhere says at least that somebody answers. */
export async function httpGet(dialer: Dialer, { action, container, podIp, timeoutMs }: GetFacts): Promise<ProbeResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  const headers: Record<string, string> = { "user-agent": USER_AGENT, accept: "*/*", connection: "close" };
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  const host = action.host || podIp;
  let url = new URL(`${(action.scheme ?? "HTTP").toLowerCase()}://${host.includes(":") ? `[${host}]` : host}:${portOf(container, action.port)}`);
  const [path = "/", query] = (action.path ?? "/").split("?", 2);
  url.pathname = path;
  if (query !== undefined) url.search = query;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    const secure = url.protocol === "https:";
    const target = { purpose: PURPOSES.probe, host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || (secure ? 443 : 80)), timeoutMs, signal };
    const answer = await dialer
      .request(target, secure ? { ca: "", anyCertificate: true } : undefined, {
        method: "GET",
        path: url.pathname + url.search,
        headers,
        redirects: "return",
        signal,
      })
      .catch((error: Error) => error);
    if (answer instanceof Error)
      return {
        ok: false,
        message: `Get ${JSON.stringify(url.href)}: ${signal.aborted ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)" : answer.message}`,
      };
    const code = answer.statusCode ?? 0;
    const location = answer.headers.location;
    const body = await head(answer).catch((error: Error) => error);
    if (body instanceof Error) return { ok: false, message: `Get ${JSON.stringify(url.href)}: ${body.message}` };
    if (code >= 200 && code < 300) return { ok: true, message: body };
    if (code < 200 || code >= 400) return { ok: false, message: `HTTP probe failed with statuscode: ${code}` };
    const next = location === undefined ? undefined : new URL(location, url);
    if (!next || next.hostname !== url.hostname) return { ok: true, warning: true, message: `Probe terminated redirects, Response body: ${body}` };
    url = next;
  }
  return { ok: false, message: `stopped after ${REDIRECTS_MAX} redirects` };
}

async function head(answer: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= BODY_MAX_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, BODY_MAX_BYTES).toString();
}

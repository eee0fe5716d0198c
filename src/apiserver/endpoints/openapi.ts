/** `/openapi/v3`: the index, and a document for each group and version, which clients keep for as long as its hash stays (k8s.io/kube-openapi, pkg/handler3). */

import { ServedOpenApi } from "../../machinery/openapi/served.ts";
import type { SchemaResolver } from "../../machinery/schema/build.ts";
import { notAcceptable } from "../../machinery/status/status-error.ts";
import type { Call, Endpoint, KindTable } from "../call.ts";
import { answerHeaders } from "../respond/headers.ts";
import { sendBody } from "../respond/send.ts";

const PREFIX = "/openapi/v3";
const YEAR_MS = 365 * 24 * 3_600_000;
const METHODS = ["GET", "HEAD"];
const NOTHING = new Uint8Array();

/** @returns what finds the documents by path; they follow what is served now */
export function openApiEndpoints(kinds: KindTable, resolve: SchemaResolver): (path: string) => Endpoint | undefined {
  let of: KindTable["all"] | undefined;
  let served = new ServedOpenApi({ rows: [], resolve });
  const current = (): ServedOpenApi => {
    if (of !== kinds.all) {
      of = kinds.all;
      served = new ServedOpenApi({ rows: of.map((kind) => kind.table), resolve });
    }
    return served;
  };
  return (path) => {
    if (!path.startsWith(PREFIX)) return undefined;
    const rest = path.slice(PREFIX.length).replace(/\/$/, "");
    if (rest === "") return { methods: METHODS, run: (call) => answerIndex(call, current()) };
    return rest.startsWith("/") ? { methods: METHODS, run: (call) => answerDocument(call, current(), rest.slice(1)) } : undefined;
  };
}

async function answerIndex(call: Call, served: ServedOpenApi): Promise<void> {
  send(call, 200, answerHeaders(call, "text/plain; charset=utf-8"), await served.index());
}

function answerDocument(call: Call, served: ServedOpenApi, path: string): void {
  const document = served.document(path);
  if (!document) {
    send(call, 404, answerHeaders(call, "text/plain; charset=utf-8"), NOTHING);
    return;
  }
  if (!takesJson(call)) throw notAcceptable("only the following media types are accepted: application/json");
  const tag = `"${document.hash}"`;
  const headers: Record<string, string | readonly string[]> = { ...answerHeaders(call, "application/json"), etag: tag, vary: "Accept" };
  const asked = call.query.get("hash");
  if (asked !== null && asked !== document.hash) {
    send(call, 301, { ...headers, location: `${PREFIX}/${path}?hash=${document.hash}` }, NOTHING);
    return;
  }
  if (asked !== null) {
    headers["cache-control"] = "public, immutable";
    headers.expires = new Date(call.context.clock.now() + YEAR_MS).toUTCString();
  }
  if (call.exchange.headers["if-none-match"] === tag) send(call, 304, headers, NOTHING);
  else send(call, 200, headers, document.bytes);
}

function send(call: Call, code: number, headers: Record<string, string | readonly string[]>, body: Uint8Array): void {
  sendBody(call, code, headers, call.exchange.method === "HEAD" ? NOTHING : body);
}

function takesJson(call: Call): boolean {
  const { accept } = call.exchange.headers;
  return !accept || accept.split(",").some((one) => /^\s*(?:application\/json|application\/\*|\*\/\*)\s*(?:;|$)/.test(one));
}

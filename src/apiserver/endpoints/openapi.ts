/** `/openapi/v2`, one document of everything, and `/openapi/v3`: an index, and a document for each group and version, which clients keep for as long as its hash stays (k8s.io/kube-openapi, pkg/handler and pkg/handler3). */

import type { OpenApiPart } from "../../machinery/openapi/document.ts";
import { type DocumentForm, type ServedDocument, ServedOpenApi } from "../../machinery/openapi/served.ts";
import type { SchemaResolver } from "../../machinery/schema/build.ts";
import type { Call, Endpoint, KindTable } from "../call.ts";
import { answerHeaders } from "../respond/headers.ts";
import { takesGzip } from "../respond/send.ts";

const V2 = "/openapi/v2";
const V3 = "/openapi/v3";
const YEAR_MS = 365 * 24 * 3_600_000;
const METHODS = ["GET", "HEAD"];
const NOTHING = new Uint8Array();

type Headers = Record<string, string | readonly string[]>;

export interface OpenApiFacts {
  readonly kinds: KindTable;
  readonly resolve: SchemaResolver;
  /** What isn't built in: another list whenever a part has changed. */
  parts?(): readonly OpenApiPart[];
}

/** @returns what finds the documents by path; they follow what is served now */
export function openApiEndpoints({ kinds, resolve, parts = () => NO_PARTS }: OpenApiFacts): (path: string) => Endpoint | undefined {
  let of: KindTable["all"] | undefined;
  let foreign = NO_PARTS;
  let served: ServedOpenApi | undefined;
  const current = (): ServedOpenApi => {
    if (served && of === kinds.all && foreign === parts()) return served;
    of = kinds.all;
    foreign = parts();
    served = new ServedOpenApi({ rows: of.filter(({ form }) => !form).map((kind) => kind.table), resolve, parts: foreign }, served);
    return served;
  };
  return (path) => {
    if (path === V2) return { methods: METHODS, run: (call) => answerSwagger(call, current()) };
    if (!path.startsWith(V3)) return undefined;
    const rest = path.slice(V3.length).replace(/\/$/, "");
    if (rest === "") return { methods: METHODS, run: (call) => answerIndex(call, current()) };
    return rest.startsWith("/") ? { methods: METHODS, run: (call) => answerDocument(call, current(), rest.slice(1)) } : undefined;
  };
}

const NO_PARTS: readonly OpenApiPart[] = [];

async function answerIndex(call: Call, served: ServedOpenApi): Promise<void> {
  send(call, 200, answerHeaders(call, "text/plain; charset=utf-8"), await served.index());
}

/** The only document that is packed whatever its size. */
async function answerSwagger(call: Call, served: ServedOpenApi): Promise<void> {
  const form = formOf(call, "v2");
  if (!form) return refuse(call);
  const document = await served.swagger();
  const headers: Headers = { ...answerHeaders(call, mediaType(form, "v2")), etag: `"${document.hash}"`, vary: ["Accept-Encoding", "Accept"] };
  if (isKnown(call, document)) return send(call, 304, headers, NOTHING);
  if (!takesGzip(call)) return send(call, 200, headers, await document.bytes(form));
  headers["content-encoding"] = "gzip";
  send(call, 200, headers, await document.packed(form));
}

async function answerDocument(call: Call, served: ServedOpenApi, path: string): Promise<void> {
  const document = await served.document(path);
  if (!document) return send(call, 404, withoutType(answerHeaders(call, "")), NOTHING);
  const form = formOf(call, "v3");
  if (!form) return refuse(call);
  const headers: Headers = { ...answerHeaders(call, mediaType(form, "v3")), etag: `"${document.hash}"`, vary: "Accept" };
  const asked = call.query.get("hash");
  if (asked !== null && asked !== document.hash) {
    send(call, 301, { ...headers, location: `${V3}/${path}?hash=${document.hash}` }, NOTHING);
    return;
  }
  if (asked !== null) {
    headers["cache-control"] = "public, immutable";
    headers.expires = new Date(call.context.clock.now() + YEAR_MS).toUTCString();
  }
  if (isKnown(call, document)) send(call, 304, headers, NOTHING);
  else send(call, 200, headers, await document.bytes(form));
}

/** No Status, no words: a client that takes none of the forms wouldn't read them. */
function refuse(call: Call): void {
  call.failure = { code: 406, reason: "NotAcceptable", message: "only JSON and protobuf are served" };
  call.exchange.answer(406, { ...withoutType(answerHeaders(call, "")), vary: "Accept" }, NOTHING);
}

/** An answer without a body. */
function withoutType({ "content-type": _, ...headers }: Headers): Headers {
  return headers;
}

function isKnown(call: Call, { hash }: ServedDocument): boolean {
  const known = call.exchange.headers["if-none-match"] ?? "";
  return known === "*" || known.split(",").some((tag) => tag.trim().replace(/^W\//, "") === `"${hash}"`);
}

function send(call: Call, code: number, headers: Headers, body: Uint8Array): void {
  call.exchange.answer(code, headers, call.exchange.method === "HEAD" ? NOTHING : body);
}

type Version = "v2" | "v3";

function mediaType(form: DocumentForm, version: Version): string {
  return form === "json" ? "application/json" : `application/com.github.proto-openapi.spec.${version}.v1.0+protobuf`;
}

/** @returns the first form that the client takes, its old name for protobuf included; undefined for none */
function formOf(call: Call, version: Version): DocumentForm | undefined {
  const protobuf = mediaType("protobuf", version);
  for (const clause of (call.exchange.headers.accept || "*/*").split(",")) {
    const type = clause.split(";", 1)[0]!.trim().toLowerCase();
    if (type === "*/*" || type === "application/*" || type === "application/json") return "json";
    if (type === protobuf || type === protobuf.replace(".v1.0+", "@v1.0+")) return "protobuf";
  }
  return undefined;
}

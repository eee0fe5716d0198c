/** The request target in its one normal form: what is authorized, recorded and fetched is then the same thing. Whatever is spelled oddly is refused. */

import { badRequest } from "../../machinery/status/status-error.ts";

export interface Target {
  /** The decoded path segments; none for `/`. */
  readonly segments: readonly string[];
  /** The same segments as they came, for those who pass them on. */
  readonly raw: readonly string[];
  /** Whether the path ended with a slash, which only a proxy's tail keeps. */
  readonly slash: boolean;
  readonly query: URLSearchParams;
}

const MAX_SEGMENTS = 256;
/** What RFC 3986 lets stand in a path without encoding, `;` left out: path parameters are a second way to spell a name. */
const PATH = /^\/[A-Za-z0-9\-._~!$&'()*+,=:@%/]*$/;
const PLAIN = /^[A-Za-z0-9\-._~/]*$/;
/** Bad encodings, and encodings of what needs none: `%70ods` is `pods` in disguise. */
const ODD_ENCODING = /%(?![0-9A-Fa-f]{2})|%(?:2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])/;
const BAD_QUERY = /%(?![0-9A-Fa-f]{2})|[\u0000-\u0020\u007f-\uffff#]/;
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Shared by all requests without a query; nobody writes to a request's query. */
const NO_QUERY = new URLSearchParams();

/**
 * @param target path and query as the client sent them
 * @throws StatusError 400 for absolute forms, empty and dot segments, encoded slashes, path parameters, control characters, bad UTF-8 and needless encodings
 */
export function parseTarget(target: string): Target {
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  if (!PATH.test(path) || ODD_ENCODING.test(path)) throw odd();
  const slash = path.length > 1 && path.endsWith("/");
  const inner = path.slice(1, slash ? -1 : undefined);
  const raw = inner === "" ? [] : inner.split("/");
  if (raw.length > MAX_SEGMENTS) throw odd();
  const segments = PLAIN.test(inner) ? raw : raw.map(decode);
  for (const segment of segments) if (segment === "" || segment === "." || segment === "..") throw odd();
  return { segments, raw, slash, query: mark === -1 ? NO_QUERY : parseQuery(target.slice(mark + 1)) };
}

function decode(segment: string): string {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch {
    throw odd();
  }
  if (CONTROL.test(text) || text.includes("/") || text.includes("\\")) throw odd();
  return text;
}

function parseQuery(query: string): URLSearchParams {
  if (query === "") return NO_QUERY;
  if (BAD_QUERY.test(query)) throw badRequest("the query is not well formed");
  try {
    if (query.includes("%")) decodeURIComponent(query); // URLSearchParams would put U+FFFD for bad UTF-8.
  } catch {
    throw badRequest("the query is not well formed");
  }
  return new URLSearchParams(query);
}

function odd() {
  return badRequest("the request's path is not in normal form");
}

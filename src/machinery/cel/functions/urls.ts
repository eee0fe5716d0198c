/** URLs, cut as Go's net/url cuts them: nothing is decoded or made canonical but what is asked for. [Kubernetes' apiserver pkg/cel/library/urls.go] */

import { goQuote } from "../../go-quote.ts";
import { objectType } from "../types/type.ts";
import { CelError, Opaque, type Value, ValueList, ValueMap } from "../values/value.ts";
import { member, type Overload, plain } from "./overload.ts";

const NAME = "kubernetes.URL";
const TYPE = objectType(NAME) as Opaque["type"];

export interface Url {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/** @returns the URL of a request line, absolute or a path, or why the text is none */
export function parseUrl(text: string): Url | string {
  const wrong = (why: string): string => `parse ${goQuote(text)}: ${why}`;
  if (/[\x00-\x1f\x7f]/.test(text)) return wrong("net/url: invalid control character in URL");
  if (text === "") return wrong("empty url");
  if (text === "*") return { text, scheme: "", host: "", path: "*", query: "" };
  if (text.startsWith(":")) return wrong("missing protocol scheme");
  const [, scheme = "", afterScheme = text] = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  const question = afterScheme.indexOf("?");
  const body = question < 0 ? afterScheme : afterScheme.slice(0, question);
  const query = question < 0 ? "" : afterScheme.slice(question + 1);
  if (!body.startsWith("/")) {
    // An opaque URL (mailto:) has a scheme and nothing that can be looked at.
    return scheme ? { text, scheme: scheme.toLowerCase(), host: "", path: "", query } : wrong("invalid URI for request");
  }
  const authority = scheme && body.startsWith("//") ? /^\/\/([^/]*)/.exec(body)?.[1] : undefined;
  const path = authority === undefined ? body : body.slice(authority.length + 2);
  const badEscape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(path);
  if (badEscape) return wrong(`invalid URL escape ${goQuote(badEscape[0])}`);
  const host = (authority ?? "").replace(/^.*@/s, "");
  const hostWrong = hostComplaint(host);
  return hostWrong ? wrong(hostWrong) : { text, scheme: scheme.toLowerCase(), host, path, query };
}

function hostComplaint(host: string): string | undefined {
  if (host.startsWith("[")) {
    const close = host.lastIndexOf("]");
    if (close < 0) return "missing ']' in host";
    const port = host.slice(close + 1);
    return port === "" || /^:\d*$/.test(port) ? undefined : `invalid port ${goQuote(port)} after host`;
  }
  const colon = host.lastIndexOf(":");
  if (colon >= 0 && !/^:\d*$/.test(host.slice(colon))) return `invalid port ${goQuote(host.slice(colon))} after host`;
  const bad = /[ "<>\\^`{|}#?/]/.exec(host);
  return bad ? `invalid character ${goQuote(bad[0])} in host name` : undefined;
}

function url(text: string): Value {
  const parsed = parseUrl(text);
  if (typeof parsed === "string") return new CelError(`URL parse error during conversion from string: ${parsed}`);
  // What stands after # is cut off in a second reading.
  const hash = text.indexOf("#");
  const again = hash < 0 ? parsed : parseUrl(text.slice(0, hash));
  if (typeof again === "string") return new CelError(`URL parse error during conversion from string: ${again}`);
  return new Opaque(TYPE, again, (other) => again.text === (other as Url).text);
}

function hostname({ host }: Url): string {
  if (host.startsWith("[")) return host.slice(1, host.lastIndexOf("]"));
  const colon = host.lastIndexOf(":");
  return colon < 0 ? host : host.slice(0, colon);
}

const port = ({ host }: Url): string => /:(\d*)$/.exec(host.startsWith("[") ? host.slice(host.lastIndexOf("]")) : host)?.[1] ?? "";

/** As a path goes into a URL: what may stand there stays, the rest is escaped. */
const escapedPath = ({ path }: Url): string =>
  path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/[\]%]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );

function query({ query: text }: Url): Value {
  const values = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const [key = "", ...rest] = pair.split("=");
    const [name, value] = [decoded(key), decoded(rest.join("="))];
    if (name !== undefined && value !== undefined) values.set(name, [...(values.get(name) ?? []), value]);
  }
  return new ValueMap([...values].map(([key, list]) => [key, new ValueList(list)]));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

const part = (name: string, id: string, of: (url: Url) => Value, result = "string"): Overload =>
  member(name, id, [NAME], result, (value: Opaque) => of(value.value as Url));

export const urls: readonly Overload[] = [
  plain("url", "string_to_url", ["string"], NAME, url),
  plain("isURL", "is_url_string", ["string"], "bool", (text: string) => typeof parseUrl(text) !== "string"),
  part("getScheme", "url_get_scheme", ({ scheme }) => scheme),
  part("getHost", "url_get_host", ({ host }) => host),
  part("getHostname", "url_get_hostname", hostname),
  part("getPort", "url_get_port", port),
  part("getEscapedPath", "url_get_escaped_path", escapedPath),
  part("getQuery", "url_get_query", query, "map(string, list(string))"),
];

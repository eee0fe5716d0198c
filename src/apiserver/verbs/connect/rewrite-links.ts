/** Makes a page's links to its own host lead through the proxy (k8s.io/apimachinery, pkg/util/proxy/transport.go). */

import { Transform } from "node:stream";

export interface Rewriting {
  /** The path that leads to the backend's root. */
  readonly prefix: string;
  /** Names that the backend may call itself by: its address, and the client's Host header. */
  readonly hosts: ReadonlySet<string>;
}

/** Attributes that hold a URL, by element (HTML 4 and 5). */
const URL_ATTRIBUTES: ReadonlyMap<string, readonly string[]> = new Map([
  ["a", ["href"]],
  ["applet", ["codebase"]],
  ["area", ["href"]],
  ["audio", ["src"]],
  ["base", ["href"]],
  ["blockquote", ["cite"]],
  ["body", ["background"]],
  ["button", ["formaction"]],
  ["command", ["icon"]],
  ["del", ["cite"]],
  ["embed", ["src"]],
  ["form", ["action"]],
  ["frame", ["longdesc", "src"]],
  ["head", ["profile"]],
  ["html", ["manifest"]],
  ["iframe", ["longdesc", "src"]],
  ["img", ["longdesc", "src", "usemap"]],
  ["input", ["src", "usemap", "formaction"]],
  ["ins", ["cite"]],
  ["link", ["href"]],
  ["object", ["classid", "codebase", "data", "usemap"]],
  ["q", ["cite"]],
  ["script", ["src"]],
  ["source", ["src"]],
  ["video", ["poster", "src"]],
]);
/** An absolute or rooted URL: scheme and host, or none; then a path from the root. */
const ROOTED = /^(?:(?:https?:)?\/\/([^/?#]*))?(\/.*)?$/is;
const TAG_NAME = /^<([a-z][a-z0-9]*)/i;
const ATTRIBUTE = /(\s)([a-z][a-z-]*)(\s*=\s*)("[^"]*"|'[^']*')/gi;
/** A tag that is longer is passed on as it is. */
const TAG_MAX = 64 * 1024;

/** @returns the URL as a client of the proxy must ask for it; others than the backend's own as they are */
export function rewriteUrl(url: string, { prefix, hosts }: Rewriting): string {
  const match = ROOTED.exec(url);
  const [, host, path] = match ?? [];
  if (!match || path === undefined || (host !== undefined && !hosts.has(host))) return url;
  return path === prefix || path.startsWith(`${prefix}/`) ? path : `${prefix}${path}`;
}

function rewriteTag(tag: string, rewriting: Rewriting): string {
  const wanted = URL_ATTRIBUTES.get(TAG_NAME.exec(tag)?.[1]?.toLowerCase() ?? "");
  if (!wanted) return tag;
  return tag.replace(ATTRIBUTE, (whole, space: string, name: string, equals: string, quoted: string) => {
    if (!wanted.includes(name.toLowerCase())) return whole;
    const quote = quoted[0]!;
    return `${space}${name}${equals}${quote}${rewriteUrl(quoted.slice(1, -1), rewriting)}${quote}`;
  });
}

/** @returns a stream of HTML in, the same with its links rewritten out; a tag may be cut anywhere. Bytes outside of tags pass unchanged, whatever their encoding. */
export function linkRewriter(rewriting: Rewriting): Transform {
  let held = "";
  const rewrite = (text: string, last: boolean): string => {
    const open = text.lastIndexOf("<");
    const whole = !last && open !== -1 && !text.includes(">", open) && text.length - open < TAG_MAX ? text.slice(0, open) : text;
    held = text.slice(whole.length);
    return whole.replace(/<[a-z][^<>]*>/gi, (tag) => rewriteTag(tag, rewriting));
  };
  return new Transform({
    transform: (chunk: Buffer, _, done) => done(null, Buffer.from(rewrite(held + chunk.toString("latin1"), false), "latin1")),
    flush: (done) => done(null, Buffer.from(rewrite(held, true), "latin1")),
  });
}

/** What is answered to somebody without credentials: that the server lives, in two letters, and nothing else. */

import type { Call } from "../call.ts";

const OPEN: ReadonlySet<string> = new Set(["/healthz", "/livez", "/readyz"]);

/** @returns whether the request asks for nothing more than a word of health: no details, no single checks */
export function isOpen({ attributes, query, exchange }: Call): boolean {
  return !attributes.isResource && query.size === 0 && (exchange.method === "GET" || exchange.method === "HEAD") && OPEN.has(attributes.path);
}

/** Where the next page of a list begins: base64 of `{v, rv, start}`, as clients of Kubernetes may know it. */

import { badRequest } from "../../machinery/status/status-error.ts";

const VERSION = "meta.k8s.io/v1";

export interface Continuation {
  /** The revision of the first page; -1 goes on at the present, inconsistently. */
  readonly revision: number;
  /** The key, relative to the list's prefix, that the last page ended with. */
  readonly after: string;
}

/** @returns the token: `start` is the first key that may follow */
export function continueToken({ revision, after }: Continuation): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `${after}\0` })).toString("base64url");
}

/** @throws StatusError 400 for a token that no server gave */
export function parseContinueToken(token: string): Continuation {
  let parsed: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw badRequest("invalid continue token: continue key is not valid: the token can't be decoded");
  }
  if (typeof parsed !== "object" || parsed === null) throw badRequest("invalid continue token: continue key is not valid");
  const { v, rv, start } = parsed;
  if (v !== VERSION)
    throw badRequest(`invalid continue token: continue key is not valid: server does not recognize this encoded version ${typeof v === "string" ? v : ""}`);
  if (typeof rv !== "number" || !Number.isSafeInteger(rv) || rv === 0) {
    throw badRequest("invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  if (typeof start !== "string" || start === "")
    throw badRequest("invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
  const key = start.replace(/\0$/, "").replace(/^\//, "");
  if (key.split("/").some((part) => part === "" || part === "." || part === ".."))
    throw badRequest(`invalid continue token: continue key is not valid: ${start}`);
  return { revision: rv, after: key };
}

/** What a request shows to say who sends it, and what an authenticator makes of it. */

import type { User } from "../user.ts";

export interface Credentials {
  /** DER of the client certificate of the TLS session, then of the intermediates that came along; one array a session, so that results can be kept by it. */
  readonly certificates: readonly Uint8Array[] | undefined;
  /** The values of the Authorization header: one for each time it was sent. */
  readonly authorization: readonly string[];
  readonly peerAddress: string;
  /** The request's headers: only a front proxy is believed in what they say of who asks. */
  readonly request?: RequestHeaders;
  /** What an authenticator has to say beside who asks: to the client, and to the audit record. */
  readonly notes?: LoginNotes;
}

export interface LoginNotes {
  readonly warnings: string[];
  readonly annotations: Map<string, string>;
}

export interface RequestHeaders {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** Every value of a header, in lower case, as each came. */
  values(name: string): readonly string[];
}

export interface Authenticator {
  readonly name: string;
  /** @returns the user; undefined when the credentials are of another sort. Throws a `CredentialError` when they are of this sort and no good. */
  authenticate(credentials: Credentials): User | undefined | Promise<User | undefined>;
}

/** A credential that is no good. What is wrong goes to the audit record; the client learns only that it is. */
export class CredentialError extends Error {
  override name = "CredentialError";
}

const BEARER = /^bearer +([A-Za-z0-9._~+/=-]{1,65536})$/i;

/** @returns the bearer token, undefined where the request has no Authorization header of that sort */
export function bearerToken(credentials: Credentials): string | undefined {
  const [value] = credentials.authorization;
  return value === undefined ? undefined : BEARER.exec(value.trim())?.[1];
}

/** An empty `extra` for a user: null-prototype, because its keys come from outside. */
export function extras(entries: readonly (readonly [string, readonly string[]])[]): User["extra"] {
  const extra: Record<string, readonly string[]> = Object.create(null);
  for (const [key, values] of entries) extra[key] = values;
  return extra;
}

/** Tokens that this cluster signed, of one sort: what stays as it is (form, key, signature, claims) is looked at once a token. */

import { createHash } from "node:crypto";
import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from "jose";
import { CredentialError } from "../credentials.ts";
import type { TokenKeys } from "./keys.ts";

/** Tokens whose signature is known to be good. */
const KNOWN_MAX = 10_000;
const TOKEN_LIMIT = 16 * 1024;

interface Known<C> {
  readonly claims: C;
  readonly keyId: string;
}

export class SignedTokens<C> {
  readonly #keys: TokenKeys;
  readonly #issuers: readonly string[];
  readonly #read: (payload: Record<string, unknown>) => C | undefined;
  readonly #known = new Map<string, Known<C>>();

  /** @param issuers whose tokens these are @param read gives the claims of a payload; undefined where they aren't those of this sort */
  constructor(keys: TokenKeys, issuers: readonly string[], read: (payload: Record<string, unknown>) => C | undefined) {
    this.#keys = keys;
    this.#issuers = issuers;
    this.#read = read;
  }

  /** @returns undefined for a token of another issuer. Throws a CredentialError for one of these that is no good */
  async find(token: string): Promise<C | undefined> {
    if (token.length > TOKEN_LIMIT) throw new CredentialError("the token is too long");
    const hash = createHash("sha256").update(token).digest("base64");
    const found = this.#known.get(hash);
    if (found && this.#keys.find(found.keyId)) return found.claims;
    const fresh = await this.#verify(token);
    if (!fresh) return undefined;
    this.#known.delete(hash);
    this.#known.set(hash, fresh);
    if (this.#known.size > KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    return fresh.claims;
  }

  async #verify(token: string): Promise<Known<C> | undefined> {
    let issuer: string | undefined;
    try {
      issuer = decodeJwt(token).iss;
    } catch {
      return undefined;
    }
    if (issuer === undefined || !this.#issuers.includes(issuer)) return undefined;
    const { alg, kid } = decodeProtectedHeader(token);
    if (alg !== "ES256") throw new CredentialError("the token isn't signed with ES256");
    const key = typeof kid === "string" ? this.#keys.find(kid) : undefined;
    if (!key) throw new CredentialError("the token is signed with an unknown key");
    try {
      const { payload } = await compactVerify(token, key.publicKey, { algorithms: ["ES256"] });
      const claims = this.#read(JSON.parse(Buffer.from(payload).toString("utf8")));
      if (!claims) throw new CredentialError("the token's claims aren't those of a service account");
      return { claims, keyId: key.id };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new CredentialError(`the token's signature is no good: ${error.message}`, { cause: error });
      throw error;
    }
  }
}

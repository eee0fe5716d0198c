/**
 * Service-account tokens that lie in secrets (`kubernetes.io/service-account-token`): they never expire, and are good while their secret holds them and their
 * account lives. Who uses one is noted, so that those that nobody uses can be found and taken away (KEP-2799; pkg/serviceaccount/legacy.go in Kubernetes).
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { SignJWT } from "jose";
import type { KubeObject } from "../../../api/kind.ts";
import type { Secret, ServiceAccount } from "../../../api/tables/core-v1.ts";
import { timestamp } from "../../../machinery/clock.ts";
import type { User } from "../../user.ts";
import { bearerToken, CredentialError, extras, type LoginNotes } from "../credentials.ts";
import { accountUser } from "./claims.ts";
import type { TokenKeys } from "./keys.ts";
import type { TokenAuthenticator, TokenOptions } from "./service-account.ts";
import { SignedTokens } from "./signed.ts";

export const TOKEN_SECRET = "kubernetes.io/service-account-token";
export const LAST_USED = "kubernetes.io/legacy-token-last-used";
const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";
const ISSUER = "kubernetes/serviceaccount";
const PREFIX = "kubernetes.io/serviceaccount/";
const DAY_MS = 86_400_000;
const ADVICE = "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.";

/** How a token that is used is known to be: as one that somebody made, one that a controller made for every account in former times, or one that is no good any more. */
export type LegacyUse = "manual" | "auto" | "invalidated";

export interface LegacyTokenOptions extends TokenOptions {
  /** Told of each use of a token whose signature is good. */
  onUse(use: LegacyUse): void;
  /** The secret's label doesn't say yet that it was used today: `day` is what it must say. */
  label(secret: Secret, day: string): void;
}

interface LegacyClaims {
  readonly namespace: string;
  readonly account: string;
  readonly uid: string;
  readonly secret: string;
  readonly audiences: readonly string[];
  readonly user: User;
}

function claimsOf(payload: Record<string, unknown>): LegacyClaims | undefined {
  const text = (name: string): string => (typeof payload[PREFIX + name] === "string" ? (payload[PREFIX + name] as string) : "");
  const [namespace, account, uid, secret] = [text("namespace"), text("service-account.name"), text("service-account.uid"), text("secret.name")];
  if (!namespace || !account || !uid || !secret || payload.sub !== accountUser(namespace, account)) return undefined;
  const { aud } = payload;
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === "string");
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
  return { namespace, account, uid, secret, audiences, user: { name: accountUser(namespace, account), uid, groups, extra: extras([]), via: "serviceaccount" } };
}

/** @returns the token that a secret of an account is filled with */
export function signLegacyToken(keys: TokenKeys, account: ServiceAccount, secret: Secret): Promise<string> {
  const { namespace = "", name = "", uid = "" } = account.metadata;
  const claims = {
    [`${PREFIX}namespace`]: namespace,
    [`${PREFIX}secret.name`]: secret.metadata.name ?? "",
    [`${PREFIX}service-account.name`]: name,
    [`${PREFIX}service-account.uid`]: uid,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: keys.signing.id })
    .setIssuer(ISSUER)
    .setSubject(accountUser(namespace, name))
    .sign(keys.signing.privateKey);
}

export function legacyTokenAuthenticator(options: LegacyTokenOptions): TokenAuthenticator {
  const { keys, reader, clock } = options;
  const signed = new SignedTokens(keys, [ISSUER], claimsOf);

  async function read<T extends KubeObject>(resource: string, namespace: string, name: string, isRight: (object: T) => boolean): Promise<T | undefined> {
    const seen = reader.get<T>("", resource, namespace, name);
    // The cache may not have heard yet of what was made or filled a moment ago.
    return seen && isRight(seen) ? seen : reader.getFresh<T>("", resource, namespace, name);
  }

  async function verify(token: string, audiences: readonly string[] = options.audiences, notes?: LoginNotes) {
    const claims = await signed.find(token);
    if (!claims) return undefined;
    const { namespace } = claims;
    const of = claims.audiences.length > 0 ? claims.audiences : options.audiences;
    const shared = of.filter((audience) => audiences.includes(audience));
    if (shared.length === 0) throw new CredentialError(`the token is for ${JSON.stringify(of)}`);
    if (claims.audiences.length === 0) notes?.annotations.set("authentication.k8s.io/legacy-token", claims.user.name);
    const secret = await read<Secret>("secrets", namespace, claims.secret, (object) => holds(object, token));
    if (!secret || secret.metadata.deletionTimestamp !== undefined) throw new CredentialError("the token's secret is gone");
    if (!holds(secret, token)) throw new CredentialError("the token isn't the one in its secret");
    const account = await read<ServiceAccount>("serviceaccounts", namespace, claims.account, ({ metadata }) => metadata.uid === claims.uid);
    if (!account || account.metadata.deletionTimestamp !== undefined) throw new CredentialError("the token's service account is gone");
    if (account.metadata.uid !== claims.uid) throw new CredentialError("the token's service account is another one now");
    use(secret, account, notes);
    return { user: claims.user, audiences: shared };
  }

  /** Notes that the token was used. Throws where its secret is marked as invalid. */
  function use(secret: Secret, account: ServiceAccount, notes: LoginNotes | undefined): void {
    const { name = "", namespace = "", labels } = secret.metadata;
    labelUsed(secret);
    if (labels?.[INVALID_SINCE]) {
      notes?.annotations.set("authentication.k8s.io/legacy-token-invalidated", `${name}/${namespace}`);
      options.onUse("invalidated");
      throw new CredentialError(`the token in the secret ${namespace}/${name} is marked as invalid: its label ${INVALID_SINCE} says since when`);
    }
    const isGenerated = account.secrets?.some((reference) => reference.name === name) ?? false;
    if (isGenerated) notes?.warnings.push(ADVICE);
    notes?.annotations.set(`authentication.k8s.io/legacy-token-${isGenerated ? "autogenerated" : "manual"}-secret`, name);
    options.onUse(isGenerated ? "auto" : "manual");
  }

  /** Another server's clock may be in the next day already. */
  function labelUsed(secret: Secret): void {
    const day = (at: number): string => timestamp(at).slice(0, 10);
    const [today, tomorrow] = [day(clock.now()), day(clock.now() + DAY_MS)];
    const lastUsed = secret.metadata.labels?.[LAST_USED];
    if (lastUsed !== today && lastUsed !== tomorrow) options.label(secret, today);
  }

  return {
    name: "legacy service-account tokens",
    verify,
    async authenticate(credentials) {
      const token = bearerToken(credentials);
      return token === undefined ? undefined : (await verify(token, undefined, credentials.notes))?.user;
    },
  };
}

const digest = (bytes: Uint8Array | string): Buffer => createHash("sha256").update(bytes).digest();

/** In a time that doesn't depend on what either side is. */
function holds({ data }: Secret, token: string): boolean {
  return timingSafeEqual(digest(Buffer.from(data?.token ?? "", "base64")), digest(token));
}

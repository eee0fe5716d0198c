/**
 * Service-account tokens: JSON Web Tokens that this cluster signed. A signature is checked once a token; whether the account, and the pod, secret or node that
 * the token is bound to, still live is looked at on every request, so that a token dies with what it is bound to. There is no extended expiry.
 */

import type { KubeObject } from "../../../api/kind.ts";
import type { Clock } from "../../../machinery/clock.ts";
import type { Reader } from "../../reader.ts";
import type { User } from "../../user.ts";
import { type Authenticator, bearerToken, CredentialError, extras } from "../credentials.ts";
import { CREDENTIAL_ID } from "../x509.ts";
import { type Claims, claimsOf } from "./claims.ts";
import type { TokenKeys } from "./keys.ts";
import { SignedTokens } from "./signed.ts";

/** Another API server's clock may be this much ahead of ours. */
const EARLY_MS = 10_000;
/** How long after its deletion time a dying pod may still use its token (jwt.DefaultLeeway in Kubernetes). */
const DYING_MS = 60_000;
const EXTRA = "authentication.kubernetes.io/";

export interface TokenOptions {
  readonly keys: TokenKeys;
  /** Whose tokens these are: the first signs, all are accepted. */
  readonly issuers: readonly string[];
  /** Whom tokens for the API server are addressed to. */
  readonly audiences: readonly string[];
  readonly reader: Reader;
  readonly clock: Clock;
  /** Told of each use of a good token. */
  readonly onGood?: () => void;
}

export interface TokenAuthenticator extends Authenticator {
  /**
   * @param audiences of which the token must name one; those of the API server where absent
   * @returns the user and the audiences that both name, or undefined when the token isn't a service account's
   */
  verify(token: string, audiences?: readonly string[]): Promise<{ readonly user: User; readonly audiences: readonly string[] } | undefined>;
}

function userOf(claims: Claims): User {
  const { namespace, pod, node, serviceaccount } = claims["kubernetes.io"];
  return {
    name: claims.sub,
    uid: serviceaccount.uid,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`],
    extra: extras([
      [CREDENTIAL_ID, [`JTI=${claims.jti}`]],
      ...(pod
        ? ([
            [`${EXTRA}pod-name`, [pod.name]],
            [`${EXTRA}pod-uid`, [pod.uid]],
          ] as const)
        : []),
      ...(node ? ([[`${EXTRA}node-name`, [node.name]]] as const) : []),
      ...(node?.uid ? ([[`${EXTRA}node-uid`, [node.uid]]] as const) : []),
    ]),
    via: "serviceaccount",
  };
}

export function tokenAuthenticator(options: TokenOptions): TokenAuthenticator {
  const { keys, reader, clock } = options;
  const signed = new SignedTokens(keys, options.issuers, (payload) => {
    const claims = claimsOf(payload);
    return claims && { claims, user: userOf(claims) };
  });

  async function assertAlive(resource: string, namespace: string, what: { readonly name: string; readonly uid: string }): Promise<void> {
    // The cache may not have heard yet of what was made a moment ago, but it never shows what is gone for long.
    const object = reader.get<KubeObject>("", resource, namespace, what.name) ?? (await reader.getFresh<KubeObject>("", resource, namespace, what.name));
    if (!object) throw new CredentialError(`the token's ${resource} ${JSON.stringify(what.name)} is gone`);
    const { uid, deletionTimestamp } = object.metadata;
    if (uid !== what.uid) throw new CredentialError(`the token's ${resource} ${JSON.stringify(what.name)} is another one now`);
    if (deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < clock.now() - DYING_MS) {
      throw new CredentialError(`the token's ${resource} ${JSON.stringify(what.name)} is being deleted`);
    }
  }

  async function verify(token: string, audiences: readonly string[] = options.audiences) {
    const found = await signed.find(token);
    if (!found) return undefined;
    const { claims, user } = found;
    const now = clock.now();
    if (claims.exp * 1000 <= now) throw new CredentialError("the token has expired");
    if (Math.max(claims.nbf, claims.iat) * 1000 > now + EARLY_MS) throw new CredentialError("the token is not valid yet");
    const shared = claims.aud.filter((audience) => audiences.includes(audience));
    if (shared.length === 0) throw new CredentialError(`the token is for ${JSON.stringify(claims.aud)}`);
    const { namespace, serviceaccount, pod, secret, node } = claims["kubernetes.io"];
    await assertAlive("serviceaccounts", namespace, serviceaccount);
    if (secret) await assertAlive("secrets", namespace, secret);
    if (pod) await assertAlive("pods", namespace, pod);
    else if (node) await assertAlive("nodes", "", { name: node.name, uid: node.uid ?? "" });
    options.onGood?.();
    return { user, audiences: shared };
  }

  return {
    name: "serviceaccount",
    verify,
    async authenticate(credentials) {
      const token = bearerToken(credentials);
      return token === undefined ? undefined : (await verify(token))?.user;
    },
  };
}

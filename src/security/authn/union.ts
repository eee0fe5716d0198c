/**
 * All ways to log in, in one: a request shows one credential, and that one must be good. Kubernetes lets a good certificate win over a bad token; here two
 * credentials in one request are refused, since whichever counts, somebody takes the request for another's. Nobody is anonymous. A front proxy's certificate
 * is the proxy's credential and not the caller's: it may hand on the caller's token, or say itself who asks.
 */

import { unauthorized } from "../../machinery/status/status-error.ts";
import type { User } from "../user.ts";
import { type Authenticator, CredentialError, type Credentials } from "./credentials.ts";
import type { FrontProxies } from "./request-header.ts";

const ANONYMOUS = "system:anonymous";
const AUTHENTICATED = "system:authenticated";
const UNAUTHENTICATED = "system:unauthenticated";

/** Users are kept as they are by their authenticators; with the group added they are another object, made once each. */
const complete = new WeakMap<User, User>();

/** @returns the user as one who has shown who they are: in the group of everybody known */
export function withGroup(user: User): User {
  if (user.groups.includes(AUTHENTICATED)) return user;
  if (user.name === ANONYMOUS || user.groups.includes(UNAUTHENTICATED)) return user; // A front proxy says that it knows nobody.
  return complete.getOrInsertComputed(user, () => ({ ...user, groups: [...user.groups, AUTHENTICATED] }));
}

export interface Login {
  /**
   * @returns who sends the request
   * @throws StatusError 401, whose `cause` says for the audit record what was wrong
   */
  authenticate(credentials: Credentials): User | Promise<User>;
}

/** @param authenticators of bearer tokens, asked in their order until one takes the token for its own */
export function loginUnion(certificates: Authenticator, authenticators: readonly Authenticator[], proxies?: FrontProxies): Login {
  const refused = (cause: unknown) => Object.assign(unauthorized(), { cause });

  async function byToken(credentials: Credentials): Promise<User> {
    for (const authenticator of authenticators) {
      let user: User | undefined;
      try {
        user = await authenticator.authenticate(credentials);
      } catch (error) {
        if (error instanceof CredentialError) throw refused(error);
        throw error;
      }
      if (user) return withGroup(user);
    }
    throw refused(new CredentialError("no authenticator takes the token for its own"));
  }

  function byFrontProxy(credentials: Credentials, from: FrontProxies): User | Promise<User> {
    const { authorization } = credentials;
    try {
      const user = from.userOf(credentials);
      if ((user ? 1 : 0) + authorization.length > 1) throw new CredentialError("more than one credential");
      if (user) return withGroup(user);
    } catch (error) {
      throw error instanceof CredentialError ? refused(error) : error;
    }
    if (authorization.length === 0) throw refused(new CredentialError("the front proxy names nobody"));
    return byToken(credentials);
  }

  return {
    authenticate(credentials) {
      if (proxies?.include(credentials)) return byFrontProxy(credentials, proxies);
      const hasCertificate = (credentials.certificates?.length ?? 0) > 0;
      const shown = (hasCertificate ? 1 : 0) + credentials.authorization.length;
      if (shown === 0) throw refused(new CredentialError("no credentials"));
      if (shown > 1) throw refused(new CredentialError("more than one credential"));
      if (!hasCertificate) return byToken(credentials);
      try {
        const user = certificates.authenticate(credentials);
        if (user instanceof Promise) return user.then((found) => found && withGroup(found)).then(orRefused);
        return orRefused(user && withGroup(user));
      } catch (error) {
        throw error instanceof CredentialError ? refused(error) : error;
      }
    },
  };

  function orRefused(user: User | undefined): User {
    if (!user) throw refused(new CredentialError("the certificate names no user"));
    return user;
  }
}

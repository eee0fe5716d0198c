/**
 * All ways to log in, in one: a request shows one credential, and that one must be good. Kubernetes lets a good certificate win over a bad token; here two
 * credentials in one request are refused, since whichever counts, somebody takes the request for another's. Nobody is anonymous.
 */

import { unauthorized } from "../../machinery/status/status-error.ts";
import type { User } from "../user.ts";
import { type Authenticator, CredentialError, type Credentials } from "./credentials.ts";

const AUTHENTICATED = "system:authenticated";

/** Users are kept as they are by their authenticators; with the group added they are another object, made once each. */
const complete = new WeakMap<User, User>();

function withGroup(user: User): User {
  if (user.groups.includes(AUTHENTICATED)) return user;
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
export function loginUnion(certificates: Authenticator, authenticators: readonly Authenticator[]): Login {
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

  return {
    authenticate(credentials) {
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

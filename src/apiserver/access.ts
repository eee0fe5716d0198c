/** Who gets in and who may do what: the authenticators, authorizers and admission plug-ins of this server, put together from its configuration. */

import type { PolicyRule } from "../api/tables/rbac-v1.ts";
import type { Clock } from "../machinery/clock.ts";
import type { AdmissionPlugin } from "../security/admission/plugin.ts";
import type { Authorizer } from "../security/attributes.ts";
import { type Login, loginUnion } from "../security/authn/union.ts";
import { x509Authenticator } from "../security/authn/x509.ts";
import { rbacAuthorizer } from "../security/authz/rbac/authorizer.ts";
import { Policy } from "../security/authz/rbac/policy.ts";
import { authorizerUnion } from "../security/authz/union.ts";
import type { Reader } from "../security/reader.ts";
import type { User } from "../security/user.ts";
import type { Exchange } from "./http/exchange.ts";
import { LoopbackExchange } from "./http/loopback-exchange.ts";
import { SERVER_ITSELF } from "./loopback.ts";

export interface AccessOptions {
  readonly clock: Clock;
  readonly reader: Reader;
  /** PEM of the authorities whose certificates log clients in. */
  readonly clientCa: string;
}

export interface Access {
  authenticate(exchange: Exchange): User | undefined | Promise<User | undefined>;
  readonly authorizer: Authorizer;
  rulesOf(user: User, namespace: string): readonly PolicyRule[];
  readonly plugins: readonly AdmissionPlugin[];
  close(): void;
}

/** The caches of roles and bindings must be filled before. */
export function openAccess({ clock, reader, clientCa }: AccessOptions): Access {
  const policy = new Policy(reader);
  const login = loginUnion(x509Authenticator(clientCa, clock), []);
  return {
    authenticate: (exchange) => (exchange instanceof LoopbackExchange ? SERVER_ITSELF : logIn(login, exchange)),
    authorizer: authorizerUnion([rbacAuthorizer(policy)]),
    rulesOf: (user, namespace) => [...policy.grantsOf(user, namespace)].flatMap((grant) => policy.rulesOf(grant.role, grant.namespace)?.rules ?? []),
    plugins: [],
    close: () => policy.close(),
  };
}

function logIn(login: Login, exchange: Exchange): User | undefined | Promise<User | undefined> {
  const { certificates, remoteAddress } = exchange.connection;
  const authorization = exchange.values("authorization");
  if (certificates === undefined && authorization.length === 0) return undefined;
  return login.authenticate({ certificates, authorization, peerAddress: remoteAddress });
}

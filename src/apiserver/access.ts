/** Who gets in and who may do what: the authenticators, authorizers and admission plug-ins of this server, put together from its configuration. */

import { decodeJwt } from "jose";
import type { Secret } from "../api/tables/core-v1.ts";
import type { PolicyRule } from "../api/tables/rbac-v1.ts";
import type { Clock } from "../machinery/clock.ts";
import type { MetricRegistry } from "../machinery/metrics/registry.ts";
import type { Random } from "../machinery/random.ts";
import type { WebhookClient } from "../machinery/webhook.ts";
import type { AdmissionSettings } from "../security/admission/configuration.ts";
import { admissionPlugins } from "../security/admission/index.ts";
import type { AdmissionPlugin } from "../security/admission/plugin.ts";
import type { Elsewhere } from "../security/admission/policies/elsewhere.ts";
import type { Authorizer } from "../security/attributes.ts";
import { bootstrapAuthenticator } from "../security/authn/bootstrap.ts";
import type { Authenticator, LoginNotes } from "../security/authn/credentials.ts";
import { type FrontProxies, frontProxies, type RequestHeaderSettings } from "../security/authn/request-header.ts";
import { TokenKeys } from "../security/authn/tokens/keys.ts";
import { legacyTokenAuthenticator } from "../security/authn/tokens/legacy.ts";
import { requestToken } from "../security/authn/tokens/request.ts";
import { tokenAuthenticator } from "../security/authn/tokens/service-account.ts";
import { type Login, loginUnion, withGroup } from "../security/authn/union.ts";
import { x509Authenticator } from "../security/authn/x509.ts";
import { nodeAuthorizer } from "../security/authz/node/authorizer.ts";
import { NodeGraph } from "../security/authz/node/graph.ts";
import { rbacAuthorizer } from "../security/authz/rbac/authorizer.ts";
import { Policy } from "../security/authz/rbac/policy.ts";
import { authorizerUnion } from "../security/authz/union.ts";
import type { Reader } from "../security/reader.ts";
import type { User } from "../security/user.ts";
import type { TokenService } from "./call.ts";
import type { Exchange } from "./http/exchange.ts";
import { LoopbackExchange } from "./http/loopback-exchange.ts";
import { subprotocolTokens } from "./http/subprotocol-token.ts";
import { SERVER_ITSELF } from "./loopback.ts";
import { tokenUses } from "./metrics/tokens.ts";

export interface AccessOptions {
  readonly clock: Clock;
  readonly reader: Reader;
  readonly random: Random;
  /** PEM of the authorities whose certificates log clients in. */
  readonly clientCa: string;
  /** PEM of the front proxies' authorities, and how they say who asks; nobody is believed where absent. */
  readonly frontProxyCa: string | undefined;
  readonly requestHeader: RequestHeaderSettings;
  readonly tokens: TokenFacts;
  /** The label of a token's secret doesn't say yet that it was used on a day. */
  labelToken(secret: Secret, day: string): void;
  readonly admission: AdmissionSettings | undefined;
  /** Evaluates expressions that take long. */
  readonly elsewhere: Elsewhere;
  readonly webhooks: WebhookClient | undefined;
  readonly registry: MetricRegistry;
}

export interface TokenFacts {
  /** PEM of the private key that signs service-account tokens. */
  readonly key: string;
  /** `https://kubernetes.default.svc.cluster.local`; also the audience of tokens for the API server. */
  readonly issuer: string;
}

export interface Access {
  authenticate(exchange: Exchange, notes?: LoginNotes): User | undefined | Promise<User | undefined>;
  readonly authorizer: Authorizer;
  rulesOf(user: User, namespace: string): readonly PolicyRule[];
  readonly tokens: TokenService;
  readonly tokenKeys: TokenKeys;
  readonly plugins: readonly AdmissionPlugin[];
  /** From now on clients' certificates are held against these authorities, on connections that stand too. Throws for what is no bundle. */
  setClientCa(bundle: string): void;
  /** The same for front proxies. */
  setFrontProxyCa(bundle: string): void;
  close(): void;
}

/** The caches must be filled before: roles and bindings, pods and volumes are read at once. */
export function openAccess(options: AccessOptions): Access {
  const { clock, random, reader, clientCa, frontProxyCa, requestHeader, tokens, webhooks, registry } = options;
  const { key, issuer } = tokens;
  const policy = new Policy(reader);
  const tokenKeys = new TokenKeys(key);
  const uses = tokenUses(registry);
  const tokenOptions = { keys: tokenKeys, issuers: [issuer], audiences: [issuer], reader, clock, random, onGood: uses.bound };
  const accounts = tokenAuthenticator(tokenOptions);
  const legacy = legacyTokenAuthenticator({ ...tokenOptions, onUse: uses.legacy, label: options.labelToken });
  const bootstrap = bootstrapAuthenticator(reader, clock);
  let certificates = x509Authenticator(clientCa, clock);
  const byCertificate: Authenticator = { name: certificates.name, authenticate: (credentials) => certificates.authenticate(credentials) };
  let proxies = frontProxyCa === undefined ? undefined : frontProxies(frontProxyCa, requestHeader, clock);
  const byProxy: FrontProxies = { include: (credentials) => proxies?.include(credentials) ?? false, userOf: (credentials) => proxies?.userOf(credentials) };
  const login = loginUnion(byCertificate, [legacy, accounts, bootstrap], byProxy);
  const graph = new NodeGraph(reader);
  const authorizer = authorizerUnion([nodeAuthorizer(graph, reader), rbacAuthorizer(policy)]);
  return {
    authenticate: (exchange, notes) => (exchange instanceof LoopbackExchange ? SERVER_ITSELF : logIn(login, exchange, notes)),
    authorizer,
    rulesOf: (user, namespace) => [...policy.grantsOf(user, namespace)].flatMap((grant) => policy.rulesOf(grant.role, grant.namespace)?.rules ?? []),
    tokens: {
      async review(token, audiences) {
        const wanted = audiences?.length ? audiences : [issuer];
        const found = (await legacy.verify(token, wanted)) ?? (await accounts.verify(token, wanted));
        return found && { ...found, user: withGroup(found.user) };
      },
      request: (namespace, account, asked) => requestToken(tokenOptions, namespace, account, asked),
      idOf: (token) => `JTI=${decodeJwt(token).jti ?? ""}`,
    },
    tokenKeys,
    plugins: admissionPlugins({ authorizer, elsewhere: options.elsewhere, policy, clock, random, webhooks, registry, settings: options.admission }),
    setClientCa(bundle) {
      certificates = x509Authenticator(bundle, clock);
    },
    setFrontProxyCa(bundle) {
      proxies = frontProxies(bundle, requestHeader, clock);
    },
    close() {
      policy.close();
      graph.close();
    },
  };
}

function logIn(login: Login, exchange: Exchange, notes: LoginNotes | undefined): User | undefined | Promise<User | undefined> {
  const { certificates, remoteAddress } = exchange.connection;
  const authorization = [...exchange.values("authorization"), ...subprotocolTokens(exchange)];
  if (certificates === undefined && authorization.length === 0) return undefined;
  return login.authenticate({ certificates, authorization, peerAddress: remoteAddress, request: exchange, ...(notes && { notes }) });
}

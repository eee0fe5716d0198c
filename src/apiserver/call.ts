/** The typed request that the steps pass along, and what the server gives them to work with. */

import type { Kind, KubeObject } from "../api/kind.ts";
import type { TokenRequest } from "../api/tables/authentication-v1.ts";
import type { PolicyRule } from "../api/tables/rbac-v1.ts";
import type { Clock } from "../machinery/clock.ts";
import type { Log } from "../machinery/log.ts";
import type { Random } from "../machinery/random.ts";
import type { FailureStatus } from "../machinery/status/status-error.ts";
import type { TracedCall, WebhookClient } from "../machinery/webhook.ts";
import type { AdmissionSettings } from "../security/admission/configuration.ts";
import type { AdmissionPlugin } from "../security/admission/plugin.ts";
import type { Attributes, Authorizer, Verb } from "../security/attributes.ts";
import type { LoginNotes } from "../security/authn/credentials.ts";
import type { RequestHeaderSettings } from "../security/authn/request-header.ts";
import type { Reader } from "../security/reader.ts";
import type { User } from "../security/user.ts";
import type { Store } from "../storage/store.ts";
import type { Aggregation } from "./aggregation/aggregation.ts";
import type { Aside } from "./aside/aside.ts";
import type { KindCache } from "./cache/kind-cache.ts";
import type { WatchCache } from "./cache/watch-cache.ts";
import type { Ticket } from "./flow/ticket.ts";
import type { Exchange } from "./http/exchange.ts";
import type { AdmissionMetrics } from "./metrics/admission.ts";
import type { WatchMetrics } from "./metrics/watches.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Respond } from "./respond.ts";

/** Everything a step may use; made once when the server starts. */
export interface ServerContext {
  readonly store: Store;
  readonly kinds: KindTable;
  readonly caches: Caches;
  readonly reader: Reader;
  readonly authorizer: Authorizer;
  readonly plugins: readonly AdmissionPlugin[];
  readonly clock: Clock;
  readonly random: Random;
  readonly respond: Respond;
  readonly settings: ServerSettings;
  readonly front: Front;
  /** Does what would hold the event loop. */
  readonly aside: Aside;
  /** The way to nodes, pods and services; absent where the server reaches nothing beyond itself. */
  readonly outgoing?: Outgoing;
  /** Asks webhooks; absent like `outgoing`. */
  readonly webhooks?: WebhookClient;
  /** APIs that other servers serve; absent like `outgoing`. */
  readonly aggregation?: Pick<Aggregation, "handlerFor">;
}

/** What the steps before the verbs need, and the verbs don't. */
export interface Front {
  /** Finds out who asks, impersonation included. @returns undefined where the request brings no credential; throws a 401 StatusError for a bad one */
  authenticate(exchange: Exchange, notes?: LoginNotes): User | undefined | Promise<User | undefined>;
  /** Asked once a request whether it is allowed. */
  readonly authorizer: Authorizer;
  /** The rules that a user has in a namespace, cluster-wide ones included. */
  rulesOf(user: User, namespace: string): readonly PolicyRule[];
  readonly tokens: TokenService;
  readonly audit: Auditor;
  readonly endpoints: Endpoints;
  readonly turns: Turns;
  readonly metrics: RequestMetrics;
  /** Told of each request that is answered, where traces are wanted. */
  readonly tracer?: Tracing;
  readonly log: Log;
}

export interface Tracing {
  /** A request is answered. */
  observe(call: Call): void;
  /** Whether the request's sender may say which trace it belongs to. */
  trusts(call: Call): boolean;
  /** Begins a call to another server. @param call the request that it is part of; none where it is part of no one request. @returns undefined where it isn't traced */
  begin(call: Call | undefined): TracedCall | undefined;
}

/** Service-account tokens, and what can be told of others'. */
export interface TokenService {
  /**
   * @param audiences of which the token must name one; the server's own where absent
   * @returns undefined for a token that nobody takes for its own; throws a CredentialError for a bad one
   */
  review(token: string, audiences: readonly string[] | undefined): Promise<{ readonly user: User; readonly audiences: readonly string[] } | undefined>;
  /** Mints a token. @returns the request with its status; throws a StatusError */
  request(namespace: string, account: string, asked: TokenRequest): Promise<TokenRequest>;
  /** How the audit record names a token: `JTI=…`. */
  idOf(token: string): string;
}

/** Opens an audit record for each request; the runner closes it. */
export interface Auditor {
  /** Called once the request line is read or refused. @returns what the request waits for before it does anything (a write's intent) */
  opened(call: Call): void | Promise<void>;
  /** Called once the answer has ended, however it ended. */
  closed(call: Call): void;
}

/** Finds what stands behind a path that names no resource. */
export interface Endpoints {
  find(path: string): Endpoint | undefined;
}

export interface Endpoint {
  /** HTTP methods that it takes, upper case. */
  readonly methods: readonly string[];
  run(call: Call): void | Promise<void>;
}

/** Says when a request runs (priority and fairness), and how many are at work. */
export interface Turns {
  /** Requests at work that change nothing, and that may; of watches those that begin. */
  readonly reading: number;
  readonly writing: number;
  /** Watches, and sessions that last as long as their client likes. */
  readonly longRunning: ReadonlySet<Call>;
  /** The most that were at work at a time in the last second. */
  peaks(): { readonly readOnly: number; readonly mutating: number };
  /** How many wait for their turn. */
  waiting(): { readonly readOnly: number; readonly mutating: number };
  /** Takes the request's turn. Throws a 429 PlainError. @returns what it waits for */
  take(call: Call): void | Promise<void>;
  /** A watch has sent what it began with: it holds no seats from now on. */
  begun(call: Call): void;
  /** The request is answered, however it ended. */
  giveBack(call: Call): void;
}

/** What a call holds of its turn. */
export interface Turn {
  /** Unset for sessions, which take no turn. */
  readonly ticket: Ticket | undefined;
  /** Ends what was counted for a watch. */
  readonly end: (() => void) | undefined;
  inFlight: "reading" | "writing" | undefined;
  /** Ends a watch in good order: set by the watch. */
  stop?: () => void;
}

export interface RequestMetrics {
  /** Counts a request that is answered. */
  observe(call: Call, durationMs: number): void;
  readonly watches: WatchMetrics;
  readonly admission: AdmissionMetrics;
}

/** What an administrator chooses that a verb needs to know. */
export interface ServerSettings {
  /** Where cluster addresses come from, in CIDR form: `10.96.0.0/16`. */
  readonly serviceRange: string;
  /** First and last node port: 30000 and 32767. */
  readonly nodePorts: readonly [number, number];
  /** Also speak CBOR, which Kubernetes v1.37 has behind a gate that is closed. */
  readonly cbor?: boolean;
  /** What admission plug-ins are told. */
  readonly admission?: AdmissionSettings;
  /** How front proxies say who asks: as this server says it to aggregated ones where absent. */
  readonly requestHeader?: RequestHeaderSettings;
}

export interface KindTable {
  /** @returns the kind served at a path, or undefined */
  find(group: string, version: string, resource: string): Kind | undefined;
  /** @returns the kind of an object by its apiVersion and kind */
  ofObject(apiVersion: string, kind: string): Kind | undefined;
  readonly all: readonly Kind[];
}

export interface Caches {
  /** The cache of a kind, in the kind's own form; it fills on first use and stays. */
  of(kind: Kind): WatchCache;
  /** The cache of the form that a kind is stored in: what writes go through. */
  stored(kind: Kind): KindCache;
}

/** One request on its way. Steps fill in what the next ones read; a field is set once. */
export interface Call {
  readonly exchange: Exchange;
  readonly context: ServerContext;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The audit record's identity, always the server's own; answers carry it as `Audit-Id`. */
  readonly auditId: string;
  attributes: Attributes;
  query: URLSearchParams;
  user: User;
  /** Who acts as `user`, where somebody does. */
  impersonator: User | undefined;
  /** The verb by which, where what is done was asked for too: `impersonate:user-info`. */
  impersonationConstraint: string | undefined;
  /** The kind at the path; unset for paths that name none. */
  kind: Kind | undefined;
  /** What passes the request on, where another server serves what it is about. */
  remote: Handler | undefined;
  readonly warnings: string[];
  /** Annotations of the audit record. */
  readonly annotations: Map<string, string>;
  /** What the audit record says of the outcome beside the code: set by whoever refuses. */
  decision: { allowed: boolean; reason: string } | undefined;
  /** The turn that the request has taken. */
  turn: Turn | undefined;
  /** The refusal that the request ended with. */
  failure: FailureStatus | undefined;
  /** What a create names in its body: the path of such a request tells the record no name. */
  subject: { readonly name: string; readonly uid?: string | undefined } | undefined;
}

/** A step passes or throws a StatusError; it can't skip the next. */
export interface Step {
  readonly name: string;
  run(call: Call): void | Promise<void>;
}

/** What answers a resource request once the steps have passed: it answers through `respond`, or throws a StatusError. */
export type Handler = (call: Call) => void | Promise<void>;

/** The form of `verbFor`, which `verbs/index.ts` exports: undefined where the verb isn't served at that path (405). */
export type VerbFor = (kind: Kind, subresource: string, verb: Verb) => Handler | undefined;

/** A request body or stored object in hand, decoded. */
export type Decoded<T extends KubeObject = KubeObject> = T;

/** The typed request that the steps pass along, and what the server gives them to work with. */

import type { Kind, KubeObject } from "../api/kind.ts";
import type { Clock } from "../machinery/clock.ts";
import type { Random } from "../machinery/random.ts";
import type { AdmissionPlugin } from "../security/admission/plugin.ts";
import type { Attributes, Authorizer, Verb } from "../security/attributes.ts";
import type { Reader } from "../security/reader.ts";
import type { User } from "../security/user.ts";
import type { Store } from "../storage/store.ts";
import type { KindCache } from "./cache/kind-cache.ts";
import type { WatchCache } from "./cache/watch-cache.ts";
import type { Exchange } from "./http/exchange.ts";
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
}

/** What an administrator chooses that a verb needs to know. */
export interface ServerSettings {
  /** Where cluster addresses come from, in CIDR form: `10.96.0.0/16`. */
  readonly serviceRange: string;
  /** First and last node port: 30000 and 32767. */
  readonly nodePorts: readonly [number, number];
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
  /** The kind at the path; unset for paths that name none. */
  kind: Kind | undefined;
  readonly warnings: string[];
  /** Annotations of the audit record. */
  readonly annotations: Map<string, string>;
  /** What the audit record says of the outcome beside the code: set by whoever refuses. */
  decision: { allowed: boolean; reason: string } | undefined;
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

/** What is asked: the request line in its one normal form, which authorization, admission, audit and the handlers all read. */

import type { User } from "./user.ts";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection" | (string & {});

export interface Attributes {
  /** True for `/api` and `/apis` paths that name a resource. */
  readonly isResource: boolean;
  /** The normal path, without the query. */
  readonly path: string;
  /** For resources an API verb, else the lower-case HTTP method. */
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  /** As Kubernetes counts it, so also for a namespace itself: `namespaces/x` has namespace and name x. */
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  /** Of a list, watch or deletecollection whose field selector pins `metadata.name`, that name: authorizers and audit see it. */
  readonly name: string;
  /** What follows a proxy's name: `/a/b`. */
  readonly tail: string;
}

/** Attributes with the caller, as an authorizer is asked. */
export interface Question {
  readonly user: User;
  readonly attributes: Attributes;
  /** Selectors of a list, watch or deletecollection, where the request has any. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export type Decision = { readonly decision: "allow" | "deny" | "none"; readonly reason: string };

export interface Authorizer {
  readonly name: string;
  /** Synchronous where the policy is in memory. `none`: no opinion, the next one is asked. */
  authorize(question: Question): Decision | Promise<Decision>;
}

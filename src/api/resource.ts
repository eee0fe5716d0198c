/**
 * A resource as a client names it: small values without fields, validation or schemas, so that a component that reads pods
 * doesn't carry what the API server knows of them. Their operations carry the permission they need in their type.
 */

import type { KubeObject } from "./kind.ts";

/** What a role must allow for an operation. */
export interface Permission {
  readonly group: string;
  /** `pods` or `pods/status` */
  readonly resource: string;
  readonly verb: string;
}

/** A write that someone decided on; `P` names the permission in the type, so that an undeclared write doesn't compile. */
export interface Write<P extends string> {
  readonly on: ResourceName;
  readonly verb: "create" | "update" | "patch" | "delete";
  readonly subresource?: string;
  /** For create and update the whole object; for patch and delete what names it (with UID and resourceVersion as preconditions, where present). */
  readonly object: KubeObject;
  readonly patch?: { readonly type: "merge" | "strategic" | "json"; readonly body: unknown };
  readonly options?: DeleteChoice;
  /** Only in the type. */
  readonly permission?: P;
}

export interface DeleteChoice {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
}

/** A function that makes a write, and says which right it needs. */
export type Operation<P extends string, A extends readonly unknown[]> = ((...args: A) => Write<P>) & {
  readonly needs: readonly Permission[];
  readonly permission?: P;
};

/** How a controller relates another resource's objects to the object it reconciles. */
export interface WatchDeclaration<T extends KubeObject, V> {
  readonly resource: ResourceName;
  /**
   * `owned`: by controller reference. `orphans`: of the same namespace and without a controller. `namespace`: of the same namespace.
   * `lister`: everything, where `keys` says which objects a change concerns (none where absent).
   */
  readonly relation: "owned" | "orphans" | "namespace" | "lister";
  /** From a changed object (before and after the change) to the `namespace/name` keys to reconcile. */
  keys?(object: T): readonly string[];
  /** Only in the type: what reconcile is given. */
  readonly view?: V;
}

/** Read access to a cached resource. */
export interface Lister<T> {
  get(namespace: string, name: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** Objects whose controller owner reference has this UID. */
  ownedBy(uid: string): readonly T[];
  /** Objects of a namespace that no controller owns. */
  orphans(namespace: string): readonly T[];
}

/** What names a resource on the wire. */
export interface ResourceName {
  readonly group: string;
  readonly version: string;
  /** `apps/v1`, `v1` */
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

export interface Resource<T extends KubeObject, N extends string> extends ResourceName {
  readonly resource: N;
  /** Only in the type. */
  readonly object?: T;

  readonly create: Operation<`create ${N}`, [object: T]>;
  readonly update: Operation<`update ${N}`, [object: T]>;
  readonly delete: Operation<`delete ${N}`, [object: T, choice?: DeleteChoice]>;
  /** A JSON merge patch. */
  readonly patch: Operation<`patch ${N}`, [object: T, patch: unknown]>;
  /** Replaces the status by a merge patch of the status subresource: `{ status }`. */
  readonly status: Operation<`patch ${N}/status`, [object: T, status: NonNullable<StatusOf<T>>]>;
  /** Any other subresource that takes the object whole (`approval`, `finalize`). */
  sub<S extends string>(subresource: S): Operation<`update ${N}/${S}`, [object: T]>;

  ownedBy(owner: ResourceName): WatchDeclaration<T, readonly T[]>;
  inSameNamespace(): WatchDeclaration<T, readonly T[]>;
  orphans(): WatchDeclaration<T, readonly T[]>;
  /** Everything. @param keys from a changed object to the `namespace/name` keys that must be reconciled; where absent, a change wakes nobody */
  all(keys?: (object: T) => readonly string[]): WatchDeclaration<T, Lister<T>>;
}

type StatusOf<T> = T extends { status?: infer S } ? S : never;

function operation<P extends string, A extends readonly unknown[]>(needs: readonly Permission[], make: (...args: A) => Write<P>): Operation<P, A> {
  return Object.assign(make, { needs });
}

/** Declares a resource for clients. The generated list is in `src/api/resources.ts`. */
export function resource<T extends KubeObject, const N extends string>(
  group: string,
  version: string,
  kind: string,
  name: N,
  namespaced: boolean,
): Resource<T, N> {
  const needs = (verb: string, subresource = ""): Permission[] => [{ group, resource: subresource ? `${name}/${subresource}` : name, verb }];
  const self: Resource<T, N> = {
    group,
    version,
    apiVersion: group ? `${group}/${version}` : version,
    kind,
    resource: name,
    namespaced,
    create: operation(needs("create"), (object: T) => ({ on: self, verb: "create", object })),
    update: operation(needs("update"), (object: T) => ({ on: self, verb: "update", object })),
    delete: operation(needs("delete"), (object: T, options?: DeleteChoice) => ({ on: self, verb: "delete", object, ...(options && { options }) })),
    patch: operation(needs("patch"), (object: T, body: unknown) => ({ on: self, verb: "patch", object, patch: { type: "merge", body } })),
    status: operation(needs("patch", "status"), (object: T, status: unknown) => ({
      on: self,
      verb: "patch",
      subresource: "status",
      object,
      patch: { type: "merge", body: { status } },
    })),
    sub: (subresource) => operation(needs("update", subresource), (object: T) => ({ on: self, verb: "update", subresource, object })),
    ownedBy: () => ({ resource: self, relation: "owned" }),
    inSameNamespace: () => ({ resource: self, relation: "namespace" }),
    orphans: () => ({ resource: self, relation: "orphans" }),
    all: (keys) => ({ resource: self, relation: "lister", ...(keys && { keys }) }),
  };
  return self;
}

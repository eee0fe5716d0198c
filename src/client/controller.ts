/**
 * One declaration per controller: what it watches and what it may write. Its RBAC role, informers and identity follow from that,
 * and `reconcile` decides from cached state alone. How it is run is in `run-controller.ts`.
 */

import type { KubeObject } from "../api/kind.ts";
import type { Operation, Permission, Resource, WatchDeclaration, Write } from "../api/resource.ts";
import type { Clock } from "../machinery/clock.ts";
import type { Client } from "./client.ts";
import type { Informer, Narrowing } from "./informer.ts";

/** An event for `kubectl describe`. Every controller may write those. */
export interface Note {
  readonly note: { readonly about: KubeObject; readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string };
}

/** Asks for another look at the same object later. */
export interface Again {
  readonly againInMs: number;
}

export const note = (about: KubeObject, type: "Normal" | "Warning", reason: string, message: string): Note => ({ note: { about, type, reason, message } });
export const again = (delayMs: number): Again => ({ againInMs: delayMs });

/** What a reconcile wants done. Writes are carried out in order; neighbours of the same kind side by side. */
export type Outcome<P extends string> = Write<P> | Note | Again;

// biome-ignore lint/suspicious/noExplicitAny: any object type; the view type is what matters here.
export type Watches = Readonly<Record<string, WatchDeclaration<any, unknown>>>;
export type Views<W extends Watches> = { readonly [K in keyof W]: NonNullable<W[K]["view"]> };

export interface ReconcileContext {
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Failure {
  readonly write: Write<string>;
  readonly error: unknown;
}

export interface ControllerDeclaration<T extends KubeObject, W extends Watches, P extends string> {
  /** Also its service account in kube-system, its metric label and its name in the audit log. */
  readonly name: string;
  readonly for: Resource<T, string>;
  readonly watches: W;
  // biome-ignore lint/suspicious/noExplicitAny: the arguments of the operations differ; only their permissions are collected.
  readonly writes: readonly Operation<P, any>[];
  readonly workers?: number;
  /** Every object is looked at again so often; never where absent. */
  readonly resyncMs?: number;
  /** Says whether an orphan's change concerns an object: its selector matches. */
  claims?(object: T, orphan: KubeObject): boolean;
  reconcile(object: T, views: Views<W>, context: ReconcileContext): readonly Outcome<NoInfer<P>>[];
  /** Called when a write of `reconcile` failed, once the caches show what the others did: says so on the object. The key comes back all the same. */
  failed?(object: T, failure: Failure, views: Views<W>, context: ReconcileContext): readonly Outcome<NoInfer<P>>[];
  /** Called once for a key whose object is gone, where a controller must tidy up by name. */
  gone?(key: { readonly namespace: string; readonly name: string }, views: GoneViews<W>, context: ReconcileContext): readonly Outcome<NoInfer<P>>[];
}

/** After the object is gone only listers can be asked. */
export type GoneViews<W extends Watches> = { readonly [K in keyof W]: NonNullable<W[K]["view"]> };

/** A controller that doesn't fit "one object, its relatives, some writes": it runs by itself with the same declared rights. */
export interface RoutineDeclaration {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: resources of different object types in one list.
  readonly reads: readonly Resource<any, string>[];
  /** By resource: the part of it that the routine cares for, where that isn't all. */
  readonly narrows?: Readonly<Record<string, Narrowing>>;
  readonly needs: readonly Permission[];
  run(context: RoutineContext): Promise<void>;
}

export interface RoutineContext {
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The process's shared informer of a resource that `reads` names. */
  informer<T extends KubeObject>(resource: Resource<T, string>): Informer<T>;
  log(message: string, facts?: Readonly<Record<string, unknown>>): void;
  note(about: KubeObject, type: "Normal" | "Warning", reason: string, message: string): void;
}

// biome-ignore lint/suspicious/noExplicitAny: what runs controllers runs controllers of every type.
export type AnyDeclaration = ControllerDeclaration<any, any, any>;
export type AnyController =
  | { readonly form: "controller"; readonly declaration: AnyDeclaration }
  | { readonly form: "routine"; readonly declaration: RoutineDeclaration };

export interface Controller<T extends KubeObject, W extends Watches, P extends string> extends ControllerDeclaration<T, W, P> {
  readonly form: "controller";
  readonly declaration: ControllerDeclaration<T, W, P>;
}

/** Declares a controller; an undeclared write in `reconcile` doesn't compile. */
export function controller<T extends KubeObject, const W extends Watches, P extends string>(declaration: ControllerDeclaration<T, W, P>): Controller<T, W, P> {
  return { ...declaration, form: "controller", declaration };
}

export function routine(declaration: RoutineDeclaration): AnyController {
  return { form: "routine", declaration };
}

/** Every permission that a controller's declaration asks for: `get`, `list`, `watch` of what it watches, and its writes. */
export function permissionsOf(controller: AnyController): readonly Permission[] {
  const events: Permission[] = ["create", "patch"].flatMap((verb) => [{ group: "", resource: "events", verb }]);
  const read = (resource: { group: string; resource: string }): Permission[] =>
    ["get", "list", "watch"].map((verb) => ({ group: resource.group, resource: resource.resource, verb }));
  if (controller.form === "routine") return [...controller.declaration.reads.flatMap(read), ...controller.declaration.needs, ...events];
  const { declaration } = controller;
  const watched = Object.values(declaration.watches as Watches).map((watch) => watch.resource);
  const writes = declaration.writes as readonly { readonly needs: readonly Permission[] }[];
  return [...[declaration.for, ...watched].flatMap(read), ...writes.flatMap((operation) => operation.needs), ...events];
}

export interface PolicyRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

/** @returns the rules of the role `system:controller:NAME`, one a resource, verbs sorted */
export function rulesOf(permissions: readonly Permission[]): PolicyRule[] {
  const verbs = new Map<string, Set<string>>();
  for (const { group, resource, verb } of permissions) {
    const key = `${group}/${resource}`;
    const found = verbs.get(key) ?? new Set();
    verbs.set(key, found.add(verb));
  }
  return [...verbs]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, set]) => {
      const slash = key.indexOf("/");
      return { apiGroups: [key.slice(0, slash)], resources: [key.slice(slash + 1)], verbs: [...set].toSorted() };
    });
}

/**
 * An informer: one resource's objects as this process sees them, kept up to date by list and watch, with handlers that hear of each change.
 * One a resource and process; what it holds is shared and never written to.
 */

import type { KubeObject } from "../api/kind.ts";
import type { Lister, ResourceName } from "../api/resource.ts";
import type { Clock } from "../machinery/clock.ts";
import { StatusError } from "../machinery/status/status-error.ts";
import { type Client, pathOf, type Selectors, statusError } from "./client.ts";

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 5000;
const PAGE_SIZE = 1000;
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/** `old` is undefined for an addition, `now` for a deletion. */
export type Handler<T> = (now: T | undefined, old: T | undefined) => void;

/** A part of a resource. */
export interface Narrowing extends Selectors {
  /** Asks for the objects' metadata alone (PartialObjectMetadata): for who only cares who owns whom. */
  readonly metadataOnly?: true;
}

export interface InformerOptions extends Narrowing {
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly namespace?: string;
  /** Told when a list or watch failed and is tried again. */
  onError?(error: unknown): void;
}

interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

export class Informer<T extends KubeObject> implements Lister<T> {
  readonly resource: ResourceName;
  readonly #options: InformerOptions;
  readonly #objects = new Map<string, T>();
  readonly #namespaces = new Map<string, Map<string, T>>();
  readonly #owned = new Map<string, Map<string, T>>();
  /** By namespace: objects without a controller, which one may adopt. */
  readonly #orphans = new Map<string, Map<string, T>>();
  readonly #handlers: Handler<T>[] = [];
  readonly #waiting = new Set<{ readonly check: () => boolean; readonly resolve: () => void }>();
  readonly #synced = Promise.withResolvers<void>();
  #revision = 0;

  constructor(resource: ResourceName, options: InformerOptions) {
    this.resource = resource;
    this.#options = options;
  }

  /** The newest resourceVersion whose changes are here. */
  get revision(): number {
    return this.#revision;
  }

  /** Resolves once the first list is in. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Resolves once `check` holds, asked again after each change, or when the time is over: the server may have nothing more to tell. */
  until(check: () => boolean, timeoutMs: number): Promise<void> {
    if (check()) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = {
        check,
        resolve: () => {
          cancel();
          this.#waiting.delete(waiter);
          resolve();
        },
      };
      const cancel = this.#options.clock.after(timeoutMs, waiter.resolve);
      this.#waiting.add(waiter);
    });
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(keyOf(namespace, name));
  }

  list(namespace?: string): readonly T[] {
    return [...(namespace === undefined ? this.#objects : (this.#namespaces.get(namespace) ?? new Map<string, T>())).values()];
  }

  ownedBy(uid: string): readonly T[] {
    return [...(this.#owned.get(uid)?.values() ?? [])];
  }

  orphans(namespace: string): readonly T[] {
    return [...(this.#orphans.get(namespace)?.values() ?? [])];
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Hears every change from now on, and of what is here already as additions. */
  handle(handler: Handler<T>): void {
    this.#handlers.push(handler);
    for (const object of this.#objects.values()) handler(object, undefined);
  }

  /** Lists and watches until the signal says stop. */
  async run(): Promise<void> {
    const { signal, clock, onError } = this.#options;
    let failures = 0;
    let from: string | undefined;
    while (!signal.aborted) {
      try {
        from ??= await this.#list();
        const began = clock.now();
        from = await this.#watch(from);
        if (clock.now() - began > RETRY_MAX_MS) failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        onError?.(error);
        // 410: the history is gone; a 4xx would fail again in the same way. All else goes on from where it was.
        if (error instanceof StatusError && (error.status.code === 410 || error.status.code < 500)) from = undefined;
        else from = this.#revision > 0 ? String(this.#revision) : undefined;
        const delayMs = Math.min(RETRY_MIN_MS * 2 ** failures++, RETRY_MAX_MS);
        await new Promise<void>((resolve) => clock.after(delayMs, resolve));
      }
    }
  }

  async #list(): Promise<string> {
    const { client, namespace = "", labelSelector, fieldSelector, metadataOnly } = this.#options;
    const accept = metadataOnly && { accept: METADATA_LIST };
    const seen = new Set<string>();
    const selectors = { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
    let token: string | undefined;
    let resourceVersion = "";
    do {
      const page = await client.list<T>(this.resource, namespace, { ...selectors, limit: PAGE_SIZE, ...(token && { continue: token }) }, accept || {});
      for (const object of page.items) {
        seen.add(keyOf(object.metadata.namespace, object.metadata.name));
        this.#put(this.#named(object));
      }
      token = page.continue;
      resourceVersion = page.resourceVersion;
    } while (token);
    for (const [key, object] of this.#objects) if (!seen.has(key)) this.#remove(object);
    this.#reached(resourceVersion);
    this.#synced.resolve();
    return resourceVersion;
  }

  /** @returns the resourceVersion to go on from, when the server ended the watch */
  async #watch(from: string): Promise<string> {
    const { client, namespace = "", labelSelector, fieldSelector, signal, metadataOnly } = this.#options;
    const parameters = new URLSearchParams({ watch: "true", resourceVersion: from, allowWatchBookmarks: "true" });
    if (labelSelector) parameters.set("labelSelector", labelSelector);
    if (fieldSelector) parameters.set("fieldSelector", fieldSelector);
    let last = from;
    await client.transport.lines(
      { path: `${pathOf(this.resource, namespace)}?${parameters}`, signal, fail: statusError, ...(metadataOnly && { accept: METADATA }) },
      (line) => {
        const event = JSON.parse(line) as WatchEvent<T>;
        if (event.type === "ERROR") throw statusError((event.object as { code?: number }).code ?? 500, JSON.stringify(event.object));
        if (event.type === "DELETED") this.#remove(event.object);
        else if (event.type !== "BOOKMARK") this.#put(this.#named(event.object));
        last = event.object.metadata.resourceVersion ?? last;
        this.#reached(last);
      },
    );
    return last;
  }

  /** Items of a built-in list carry no kind, those of a metadata list another one; every reader wants to know what it holds. */
  #named(object: T): T {
    object.kind = this.resource.kind;
    object.apiVersion = this.resource.apiVersion;
    return object;
  }

  #put(object: T): void {
    const { namespace = "", name = "" } = object.metadata;
    const key = keyOf(namespace, name);
    const old = this.#objects.get(key);
    if (old && old.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#objects.set(key, object);
    member(this.#namespaces, namespace).set(key, object);
    const owner = controllerUid(object);
    const oldOwner = old && controllerUid(old);
    if (oldOwner && oldOwner !== owner) drop(this.#owned, oldOwner, key);
    if (owner) member(this.#owned, owner).set(key, object);
    if (owner) drop(this.#orphans, namespace, key);
    else member(this.#orphans, namespace).set(key, object);
    for (const handler of this.#handlers) handler(object, old);
  }

  #remove(object: T): void {
    const { namespace = "", name = "" } = object.metadata;
    const key = keyOf(namespace, name);
    const old = this.#objects.get(key);
    if (!old) return;
    this.#objects.delete(key);
    drop(this.#namespaces, namespace, key);
    const owner = controllerUid(old);
    if (owner) drop(this.#owned, owner, key);
    else drop(this.#orphans, namespace, key);
    for (const handler of this.#handlers) handler(undefined, object);
  }

  #reached(resourceVersion: string): void {
    this.#revision = Math.max(this.#revision, Number(resourceVersion) || 0);
    for (const waiter of this.#waiting) if (waiter.check()) waiter.resolve();
  }
}

/** `namespace/name`, or `name` without a namespace. */
export function keyOf(namespace: string | undefined, name: string | undefined): string {
  return namespace ? `${namespace}/${name ?? ""}` : (name ?? "");
}

/** @returns the UID of the owner that controls the object */
function controllerUid(object: KubeObject): string | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller)?.uid;
}

function member<T>(maps: Map<string, Map<string, T>>, name: string): Map<string, T> {
  const found = maps.get(name) ?? new Map<string, T>();
  maps.set(name, found);
  return found;
}

function drop<T>(maps: Map<string, Map<string, T>>, name: string, key: string): void {
  const found = maps.get(name);
  found?.delete(key);
  if (found?.size === 0) maps.delete(name);
}

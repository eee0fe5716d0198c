/**
 * The config maps and secrets that this node's pods refer to: each watched by its own name, which is all that a node may read,
 * and only as long as a pod here refers to it.
 */

import type { KubeObject } from "../../api/kind.ts";
import type { ResourceName } from "../../api/resource.ts";
import { Informer } from "../../client/informer.ts";
import type { Clock } from "../../machinery/clock.ts";
import { pause } from "../loops.ts";
import type { Place, WatchPool } from "./watch-pool.ts";

const SYNC_MAX_MS = 10_000;
const POLL_MS = 20;

interface Watched<T extends KubeObject> {
  readonly informer: Informer<T>;
  readonly abort: AbortController;
  readonly place: Place;
  /** UIDs of pods. */
  readonly users: Set<string>;
  synced: boolean;
  failure: Error | undefined;
}

export interface ReferencedOptions {
  readonly pool: WatchPool;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told the UIDs of the pods that refer to what changed. */
  onChange(podUids: readonly string[]): void;
}

export class Referenced<T extends KubeObject> {
  readonly #resource: ResourceName;
  readonly #options: ReferencedOptions;
  readonly #watched = new Map<string, Watched<T>>();

  constructor(resource: ResourceName, options: ReferencedOptions) {
    this.#resource = resource;
    this.#options = options;
  }

  /** Says which objects (`namespace/name`) a pod refers to; none for a pod that is gone. */
  use(podUid: string, keys: ReadonlySet<string>): void {
    for (const key of keys) this.#watch(key).users.add(podUid);
    for (const [key, watched] of this.#watched) {
      if (keys.has(key)) continue;
      watched.users.delete(podUid);
      if (watched.users.size > 0) continue;
      watched.abort.abort();
      watched.place.release();
      this.#watched.delete(key);
    }
  }

  /** @returns undefined where there is none. @throws Error where the cluster doesn't say, or refuses */
  async get(namespace: string, name: string): Promise<T | undefined> {
    const watched = this.#watch(`${namespace}/${name}`);
    const { clock } = this.#options;
    for (const until = clock.now() + SYNC_MAX_MS; !watched.synced; await pause(clock, POLL_MS)) {
      if (watched.failure) throw watched.failure;
      if (clock.now() > until) throw new Error(`failed to sync ${this.#resource.resource} cache: timed out waiting for the condition`);
    }
    return watched.informer.get(namespace, name);
  }

  #watch(key: string): Watched<T> {
    const known = this.#watched.get(key);
    if (known) return known;
    const [namespace = "", name = ""] = key.split("/");
    const abort = new AbortController();
    const { pool, clock, signal, onChange } = this.#options;
    const place = pool.take();
    const informer = new Informer<T>(this.#resource, {
      client: place.client,
      clock,
      signal: AbortSignal.any([signal, abort.signal]),
      namespace,
      fieldSelector: `metadata.name=${name}`,
      onError: (error) => {
        watched.failure = error as Error;
      },
    });
    const watched: Watched<T> = { informer, abort, place, users: new Set(), synced: false, failure: undefined };
    this.#watched.set(key, watched);
    informer.handle(() => {
      watched.failure = undefined;
      onChange([...watched.users]);
    });
    void informer.synced.then(() => {
      watched.synced = true;
    });
    void informer.run();
    return watched;
  }
}

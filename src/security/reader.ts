/** What security decisions may read of the cluster: the API server hands this in, so that nothing here depends on it. */

import type { KubeObject } from "../api/kind.ts";

export interface Reader {
  /** @returns the newest cached object, or undefined. Synchronous: it comes from the watch cache. */
  get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): T | undefined;
  /** Every cached object of a resource, of one namespace where given. */
  list<T extends KubeObject>(group: string, resource: string, namespace?: string): Iterable<T>;
  /**
   * What a function says of each object: remembered for as long as the object stays as it is, so that who asks often for a little of large objects needn't
   * have them decoded each time.
   * @param glance pure, and the very same function each time; what it gives must not hold the object
   */
  glances<T extends KubeObject, R>(group: string, resource: string, glance: (object: T) => R): Iterable<R>;
  /** A counter that rises whenever an object of the resource changes: what indexes are built against. */
  revision(group: string, resource: string): number;
  /** Reads through the cache: waits until the cache has caught up with the store, then as `get`. */
  getFresh<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): Promise<T | undefined>;
  /** Calls back after each change of an object of the resource. @returns what ends it */
  onChange(
    group: string,
    resource: string,
    callback: (change: { readonly namespace: string; readonly name: string; readonly deleted: boolean }) => void,
  ): () => void;
}

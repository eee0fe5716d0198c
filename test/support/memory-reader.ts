/** A Reader over a plain map, for tests of security decisions without a server. */

import type { KubeObject } from "../../src/api/kind.ts";
import type { Reader } from "../../src/security/reader.ts";

type Callback = Parameters<Reader["onChange"]>[2];

export class MemoryReader implements Reader {
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #callbacks = new Map<string, Set<Callback>>();
  readonly #revisions = new Map<string, number>();

  #of(group: string, resource: string): Map<string, KubeObject> {
    return this.#objects.getOrInsertComputed(`${group}/${resource}`, () => new Map());
  }

  #changed(group: string, resource: string, object: KubeObject, deleted: boolean): void {
    const key = `${group}/${resource}`;
    this.#revisions.set(key, (this.#revisions.get(key) ?? 0) + 1);
    const { namespace = "", name = "" } = object.metadata;
    for (const callback of this.#callbacks.get(key) ?? []) callback({ namespace, name, deleted });
  }

  /** Creates or replaces an object. */
  put(group: string, resource: string, object: KubeObject): void {
    this.#of(group, resource).set(`${object.metadata.namespace ?? ""}/${object.metadata.name}`, object);
    this.#changed(group, resource, object, false);
  }

  remove(group: string, resource: string, namespace: string, name: string): void {
    const objects = this.#of(group, resource);
    const object = objects.get(`${namespace}/${name}`);
    if (!object) return;
    objects.delete(`${namespace}/${name}`);
    this.#changed(group, resource, object, true);
  }

  get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): T | undefined {
    return this.#of(group, resource).get(`${namespace}/${name}`) as T | undefined;
  }

  *list<T extends KubeObject>(group: string, resource: string, namespace?: string): Iterable<T> {
    for (const object of this.#of(group, resource).values()) if (namespace === undefined || object.metadata.namespace === namespace) yield object as T;
  }

  *glances<T extends KubeObject, R>(group: string, resource: string, glance: (object: T) => R): Iterable<R> {
    for (const object of this.list<T>(group, resource)) yield glance(object);
  }

  revision(group: string, resource: string): number {
    return this.#revisions.get(`${group}/${resource}`) ?? 0;
  }

  async getFresh<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): Promise<T | undefined> {
    return this.get(group, resource, namespace, name);
  }

  onChange(group: string, resource: string, callback: Callback): () => void {
    const callbacks = this.#callbacks.getOrInsertComputed(`${group}/${resource}`, () => new Set());
    callbacks.add(callback);
    return () => callbacks.delete(callback);
  }
}

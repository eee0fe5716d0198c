/** Who owns whom: every object of the cluster by UID, with its owners and its dependents. */

import type { KubeObject, Metadata } from "../../api/kind.ts";
import type { ServedResource } from "../../client/discovery.ts";

export interface OwnedObject {
  readonly resource: ServedResource;
  readonly metadata: Metadata;
}

export class OwnershipGraph {
  readonly #objects = new Map<string, OwnedObject>();
  /** By owner's UID: the UIDs of its dependents, whether or not the owner is known. */
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): OwnedObject | undefined {
    return this.#objects.get(uid);
  }

  dependentsOf(uid: string): OwnedObject[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((dependent) => this.#objects.get(dependent) ?? []);
  }

  /** Dependents that hold up the foreground deletion of their owner. */
  blockersOf(uid: string): OwnedObject[] {
    return this.dependentsOf(uid).filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion));
  }

  put(resource: ServedResource, object: KubeObject): void {
    const { metadata } = object;
    const uid = metadata.uid ?? "";
    this.#unlink(uid);
    this.#objects.set(uid, { resource, metadata });
    for (const owner of metadata.ownerReferences ?? []) {
      const set = this.#dependents.get(owner.uid) ?? new Set();
      this.#dependents.set(owner.uid, set.add(uid));
    }
  }

  remove(uid: string): void {
    this.#unlink(uid);
    this.#objects.delete(uid);
  }

  #unlink(uid: string): void {
    for (const owner of this.#objects.get(uid)?.metadata.ownerReferences ?? []) {
      const set = this.#dependents.get(owner.uid);
      set?.delete(uid);
      if (set?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}

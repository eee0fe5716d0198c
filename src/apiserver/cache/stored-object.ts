/** One version of one object, as a GET answers it, with the little that selections ask of it taken out beforehand. */

import assert from "node:assert/strict";
import type { KubeObject } from "../../api/kind.ts";
import { servableOf, stampedWith } from "../../storage/servable.ts";
import type { Servable } from "../../storage/store.ts";
import type { CachedObject } from "./watch-cache.ts";

/** What a version's selectable facts come from. */
export interface Facts {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly fields: readonly string[];
}

export class StoredObject implements CachedObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: number;
  readonly bytes: Buffer;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly fields: readonly string[];
  /** The store holds it in another form than it is read in: a write that changes nothing else brings it up to date. */
  stale = false;
  /** Where `"resourceVersion":"…",` begins in the bytes. */
  readonly #hole: number;
  /** The decoded form while someone else still holds it, so that the next reader needn't decode again. */
  #decoded: WeakRef<KubeObject> | undefined;

  constructor(namespace: string, name: string, facts: Facts, revision: number, bytes: Buffer, hole: number) {
    this.namespace = namespace;
    this.name = name;
    this.uid = facts.uid;
    this.labels = facts.labels;
    this.fields = facts.fields;
    this.resourceVersion = revision;
    this.bytes = bytes;
    this.#hole = hole;
  }

  get decoded(): KubeObject | undefined {
    return this.#decoded?.deref();
  }

  remember(object: KubeObject): void {
    this.#decoded = new WeakRef(object);
  }

  /** @returns the same content under another resourceVersion: how a watcher is shown what is gone */
  stampedWith(revision: number): StoredObject {
    const bytes = stampedWith({ bytes: this.bytes, hole: this.#hole }, this.resourceVersion, revision);
    return new StoredObject(this.namespace, this.name, this, revision, bytes, this.#hole);
  }
}

/**
 * Puts the revision into the stored form of an object, in whose metadata a NUL byte stands for the member.
 * The result owns its memory: a value that came in a larger block from the store must not keep that block alive.
 * @returns the servable bytes, and where the member begins
 */
export function servable(value: Uint8Array, revision: number): Servable {
  const made = servableOf(value, revision);
  assert.ok(made, "a stored object has a place for its revision");
  return made;
}

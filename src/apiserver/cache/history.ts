/** The recent changes of one kind, bounded by bytes, count and age: what watches resume from and older lists are made of. */

import type { StoredObject } from "./stored-object.ts";
import type { CacheChange } from "./watch-cache.ts";

/** Superseded versions kept alive only by the history, of one kind. */
const BYTES_MAX = 16 << 20;
const COUNT_MAX = 50_000;
/** As long as a client may be away and resume without listing again, where the bytes allow. */
const AGE_MAX_MS = 5 * 60_000;

export class Change implements CacheChange {
  readonly revision: number;
  readonly namespace: string;
  readonly name: string;
  readonly object: StoredObject | undefined;
  readonly previous: StoredObject | undefined;
  #gone: StoredObject | undefined;

  /** @param gone what an object that is gone is shown as, where that isn't what stood there */
  constructor(revision: number, namespace: string, name: string, object: StoredObject | undefined, previous: StoredObject | undefined, gone?: StoredObject) {
    this.revision = revision;
    this.namespace = namespace;
    this.name = name;
    this.object = object;
    this.previous = previous;
    this.#gone = gone;
  }

  get gone(): StoredObject | undefined {
    this.#gone ??= this.previous?.stampedWith(this.revision);
    return this.#gone;
  }
}

export class History {
  /** Changes at or before this revision are no longer (or never were) here. */
  #floor: number;
  #changes: { change: Change; at: number }[] = [];
  #first = 0;
  #bytes = 0;

  constructor(floor: number) {
    this.#floor = floor;
  }

  get floor(): number {
    return this.#floor;
  }

  add(change: Change, now: number): void {
    this.#changes.push({ change, at: now });
    this.#bytes += cost(change);
    this.trim(now);
  }

  /** Drops what is too old or too much. */
  trim(now: number): void {
    while (this.#first < this.#changes.length && this.#mustDrop(this.#changes[this.#first]!, now)) {
      const { change: oldest } = this.#changes[this.#first++]!;
      this.#bytes -= cost(oldest);
      this.#floor = oldest.revision;
    }
    if (this.#first > 1024 && this.#first > this.#changes.length / 2) {
      this.#changes = this.#changes.slice(this.#first);
      this.#first = 0;
    }
  }

  /** @returns the changes above `revision`, which must not be below the floor */
  since(revision: number): Change[] {
    return this.#changes.slice(this.#indexAfter(revision)).map(({ change }) => change);
  }

  /** @returns what stood at each key that has changed since `revision` (undefined where nothing did), by relative key */
  overlay(revision: number, keyOf: (change: Change) => string): Map<string, StoredObject | undefined> {
    const states = new Map<string, StoredObject | undefined>();
    const first = this.#indexAfter(revision);
    for (let i = this.#changes.length - 1; i >= first; i--) {
      const { change } = this.#changes[i]!;
      states.set(keyOf(change), change.previous);
    }
    return states;
  }

  #mustDrop(oldest: { change: Change; at: number }, now: number): boolean {
    return this.#bytes > BYTES_MAX || this.#changes.length - this.#first > COUNT_MAX || now - oldest.at > AGE_MAX_MS;
  }

  #indexAfter(revision: number): number {
    let low = this.#first;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#changes[middle]!.change.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What the history alone keeps alive for a change. */
function cost(change: Change): number {
  return 200 + (change.previous?.bytes.length ?? 0);
}

/**
 * What stands in the store, in memory that the threads of all clients can read: each version of an object lies there once, however many ask for it. The store's thread
 * keeps hold of what stands; what is replaced lives for as long as a client, or a write that it has under way, still refers to it, and is then freed and not used again.
 */

import { allocateShared, servableOf } from "../servable.ts";
import type { Entry, Servable, WatchedChange } from "../store.ts";
import type { WireEntry, WireWatchedChange } from "./protocol.ts";

interface Standing extends Servable {
  readonly modified: number;
}

export class SharedValues {
  readonly #standing = new Map<string, Standing>();
  readonly #standsAt: (key: string) => number;

  /** @param standsAt the revision of what stands at a key now, 0 for nothing */
  constructor(standsAt: (key: string) => number) {
    this.#standsAt = standsAt;
  }

  /** Takes in a put that was just committed. @returns undefined where the value has no place for its revision: it isn't shared */
  put(key: string, value: Uint8Array, modified: number): Servable | undefined {
    const made = servableOf(value, modified, allocateShared);
    if (made) this.#standing.set(key, { ...made, modified });
    else this.#standing.delete(key);
    return made;
  }

  delete(key: string): void {
    this.#standing.delete(key);
  }

  /** @returns the entry as it is sent: without copying where the same version was shared before */
  entry(entry: Entry): WireEntry {
    const { key, value, modified } = entry;
    const known = this.#standing.get(key);
    const { bytes, hole } = (known?.modified === modified ? known : this.#share(key, value, modified)) ?? { bytes: value, hole: undefined };
    return { ...entry, value: bytes, hole };
  }

  change(change: WatchedChange): WireWatchedChange {
    const { entry, previous } = change;
    return { ...change, ...(entry && { entry: this.entry(entry) }), ...(previous && { previous: this.entry(previous) }) };
  }

  #share(key: string, value: Uint8Array, modified: number): Servable | undefined {
    return this.#standsAt(key) === modified ? this.put(key, value, modified) : servableOf(value, modified, allocateShared);
  }
}

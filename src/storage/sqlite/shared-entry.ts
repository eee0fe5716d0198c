/** An entry as a client has it whose store is shared: the servable form is there, and the value as it was put is made of it for whoever asks. */

import { storedFormOf } from "../servable.ts";
import type { Entry, Servable, WatchedChange } from "../store.ts";
import type { WireEntry, WireServable, WireWatchedChange } from "./protocol.ts";

class SharedEntry implements Entry {
  readonly key: string;
  readonly side: Uint8Array | undefined;
  readonly created: number;
  readonly modified: number;
  readonly servable: Servable;
  #value: Uint8Array | undefined;

  constructor({ key, side, created, modified }: Entry, servable: Servable) {
    this.key = key;
    this.side = side;
    this.created = created;
    this.modified = modified;
    this.servable = servable;
  }

  get value(): Uint8Array {
    this.#value ??= storedFormOf(this.servable, this.modified);
    return this.#value;
  }
}

/** Views that came through a port aren't Buffers. */
export function servableIn({ bytes, hole }: WireServable): Servable {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), hole };
}

export function receivedEntry(entry: WireEntry): Entry {
  return entry.hole === undefined ? entry : new SharedEntry(entry, servableIn({ bytes: entry.value, hole: entry.hole }));
}

export function receivedChange({ entry, previous, ...change }: WireWatchedChange): WatchedChange {
  return { ...change, ...(entry && { entry: receivedEntry(entry) }), ...(previous && { previous: receivedEntry(previous) }) };
}

/** Watch events in the form that a watcher negotiated, each encoded once for all watchers of the form. */

import type { EventType } from "../respond.ts";

const NEWLINE = Buffer.from("}\n");
const HEADS: Readonly<Record<EventType, Buffer>> = {
  ADDED: head("ADDED"),
  MODIFIED: head("MODIFIED"),
  DELETED: head("DELETED"),
  BOOKMARK: head("BOOKMARK"),
  ERROR: head("ERROR"),
};

function head(type: EventType): Buffer {
  return Buffer.from(`{"type":"${type}","object":`);
}

/** @returns `{"type":…,"object":…}` and a newline */
export function jsonEvent(type: EventType, object: Uint8Array): Buffer {
  return Buffer.concat([HEADS[type], object, NEWLINE]);
}

/** Remembers what `encode` made of each object for each type of event, as long as the object lives. */
export function remembered(encode: (type: EventType, object: Uint8Array) => Uint8Array): (type: EventType, object: Uint8Array) => Uint8Array {
  const encoded = new WeakMap<Uint8Array, { readonly type: EventType; readonly bytes: Uint8Array }[]>();
  return (type, object) => {
    const known = encoded.get(object) ?? [];
    const found = known.find((one) => one.type === type);
    if (found) return found.bytes;
    const bytes = encode(type, object);
    if (known.push({ type, bytes }) === 1) encoded.set(object, known);
    return bytes;
  };
}

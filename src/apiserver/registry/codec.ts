/** Objects to and from the bytes that the store and the caches hold. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { decode } from "../../machinery/json/decode.ts";
import { encodeWithHole } from "../../machinery/json/hole.ts";

/** What was once accepted is read back whatever a request may bring now. */
const STORED_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

/** @returns the object in servable bytes: the caller's own copy */
export function decodeStored(kind: Kind, bytes: Uint8Array): KubeObject {
  return decode<KubeObject>(bytes, kind.schema, STORED_BUDGET).value;
}

/** @returns the JSON in Go's order with a NUL where the resourceVersion belongs */
export function encodeStored(kind: Kind, object: KubeObject): Buffer {
  return Buffer.from(encodeWithHole(object, kind.schema));
}

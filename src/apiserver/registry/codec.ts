/** Objects to and from the bytes that the store and the caches hold. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { decode } from "../../machinery/json/decode.ts";
import { fastDecoder, newWalk } from "../../machinery/json/fast.ts";
import { encodeWithHole } from "../../machinery/json/hole.ts";
import { decodeStoredJson } from "../../machinery/json/stored.ts";
import { stringifyExactly } from "../../machinery/json/stringify.ts";
import type { Plain } from "../../machinery/plain.ts";

/** A patched document may be as large as what stands there and the patch together. */
const PATCHED_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

/** @returns the object in servable bytes: the caller's own copy */
export function decodeStored(kind: Kind, bytes: Uint8Array): KubeObject {
  return kind.form ? kind.form.decodeStored(bytes) : decodeStoredJson<KubeObject>(bytes, kind.schema);
}

/**
 * Checks a patched document against the kind's schema; the document is used up.
 * @throws DecodeError for values of the wrong type
 */
export function typed(kind: Kind, document: Plain): { readonly object: KubeObject; readonly strictErrors: readonly string[] } {
  if (kind.form) return kind.form.typed(document);
  const walk = newWalk({ trusted: true }); // Sets of fields are checked by whoever reads them.
  const object = fastDecoder(kind.schema)(document, walk);
  if (walk.ok) return { object: object as KubeObject, strictErrors: [] }; // The schema is what says that it is one.
  const { value, strictErrors } = decode<KubeObject>(stringifyExactly(document), kind.schema, PATCHED_BUDGET);
  return { object: value, strictErrors };
}

/** @returns the JSON in Go's order with a NUL where the resourceVersion belongs */
export function encodeStored(kind: Kind, object: KubeObject): Buffer {
  return kind.form ? kind.form.encodeStored(object) : Buffer.from(encodeWithHole(object, kind.schema));
}

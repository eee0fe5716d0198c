/** Objects as JSON documents and back: kinds with tables by their schema, custom resources by their own form. */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { decode } from "../../../machinery/json/decode.ts";
import { parseJson } from "../../../machinery/json/document.ts";
import { encode } from "../../../machinery/json/encode.ts";
import { stringifyExactly } from "../../../machinery/json/stringify.ts";
import type { Plain } from "../../../machinery/plain.ts";

/** What stood there was accepted before, or is what a body that was accepted became; a patched object may be as large as both together. */
export const BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

/** The document to look into: with the fields that Go writes although they are empty. It must not be changed. */
export function documentOf({ form, schema }: Pick<Kind, "form" | "schema">, object: KubeObject): Plain {
  if (form) return object as unknown as Plain; // Members beside metadata are users'.
  return parseJson(encode(object, schema), BUDGET) as unknown as Plain; // The encoding of an object is an object.
}

/** As `documentOf`, a copy that may be changed. */
export function copyOf(kind: Kind, object: KubeObject): Plain {
  const document = documentOf(kind, object);
  return kind.form ? (parseJson(stringifyExactly(document), BUDGET) as unknown as Plain) : document; // As above.
}

/** @param document is used up. @throws DecodeError and StatusError for what is no object of the kind */
export function objectFrom({ form, schema }: Kind, document: Plain): KubeObject {
  const object = form ? form.typed(document).object : decode<KubeObject>(stringifyExactly(document), schema, BUDGET).value;
  object.metadata ??= {};
  return object;
}

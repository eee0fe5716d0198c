/** What a wire form must be able to do: one file a form. Every form is made from the JSON bytes that the cache holds. */

import type { Kind } from "../../api/kind.ts";
import type { EventEncoder, ListAnswer } from "../respond.ts";

export interface BodyForm {
  readonly contentType: string;
  /** The content type of a watch; undefined where the form can't be streamed. */
  readonly streamType: string | undefined;
  /** One object. */
  object(kind: Kind, bytes: Uint8Array): Uint8Array;
  /** @returns what gives a list's bytes chunk by chunk, then undefined */
  list(kind: Kind, list: ListAnswer): () => Uint8Array | undefined;
  /** @returns what encodes events; asked once a watch */
  events(kind: Kind): EventEncoder;
  /** An object that the server makes itself, such as a Status, as JSON text of its own kind. */
  document(apiVersion: string, kind: string, json: string): Uint8Array;
}

/** @returns a source of exactly one chunk */
export function once(bytes: Uint8Array): () => Uint8Array | undefined {
  let left: Uint8Array | undefined = bytes;
  return () => {
    const chunk = left;
    left = undefined;
    return chunk;
  };
}

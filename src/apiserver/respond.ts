/** Answers in the form that the client negotiated. The verbs hand over JSON bytes; what else there is (Table, metadata, YAML, protobuf) is made from them here. */

import type { Kind } from "../api/kind.ts";
import type { CachedObject } from "./cache/watch-cache.ts";
import type { Call } from "./call.ts";

export interface ListAnswer {
  readonly objects: readonly CachedObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remaining?: number;
}

/** The signatures that verbs call; implemented in this file and the folder `respond/`. */
export interface Respond {
  /** One object: `bytes` is its JSON as a GET would answer it. */
  object(call: Call, code: number, kind: Kind, bytes: Uint8Array): void;
  list(call: Call, kind: Kind, list: ListAnswer): void;
  /** @returns a function that gives a watch event's bytes in the negotiated form; encodings are shared by all watchers of a form */
  eventEncoder(call: Call, kind: Kind): (type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR", object: Uint8Array) => Uint8Array;
}

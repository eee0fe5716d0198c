/** Answers in the form that the client negotiated. The verbs hand over JSON bytes; what else there is (Table, metadata, YAML, protobuf) is made from them here. */

import type { Kind } from "../api/kind.ts";
import type { StatusDetails } from "../machinery/status/status-error.ts";
import type { CachedObject } from "./cache/watch-cache.ts";
import type { Call } from "./call.ts";
import type { AnswerStream } from "./http/exchange.ts";

export interface ListAnswer {
  readonly objects: readonly CachedObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remaining?: number;
}

/** The body of a `v1` Status of success: what it says beyond `status: Success`. */
export interface SuccessStatus {
  /** Kubernetes writes it into some answers, and not into others. */
  readonly code?: number;
  readonly details?: StatusDetails;
}

export type EventType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
export type EventEncoder = (type: EventType, object: Uint8Array) => Uint8Array;

/** The signatures that verbs call; implemented in this file and the folder `respond/`. */
export interface Respond {
  /** One object: `bytes` is its JSON as a GET would answer it. */
  object(call: Call, code: number, kind: Kind, bytes: Uint8Array): void;
  list(call: Call, kind: Kind, list: ListAnswer): void;
  /** Begins a watch's answer (200, with the content type of the negotiated stream form). Throws a 406 StatusError where the form can't be streamed. */
  watch(call: Call, kind: Kind): AnswerStream;
  /** Answers a delete that took effect at once, and other answers that are a Status of success, in the negotiated form. */
  status(call: Call, code: number, status: SuccessStatus): void;
  /**
   * @returns a function that gives a watch event's bytes in the negotiated form. Encodings are shared by all watchers of a form: they are remembered by the
   * identity of `object`, so the same change must come as the same buffer. An ERROR's object is the JSON of a Status; a BOOKMARK's is of the kind, with metadata only.
   */
  eventEncoder(call: Call, kind: Kind): EventEncoder;
}
